import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { missingDriver, thisSystem, type System } from "./missing-driver.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-webgpu-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drivers = join(folder, "share/vulkan/icd.d");
mkdirSync(drivers, { recursive: true });
const driver = join(drivers, "vendor.json");
writeFileSync(driver, JSON.stringify({ ICD: { library_path: "../libvendor.so" } }));
const damaged = join(folder, "damaged.json");
writeFileSync(damaged, "{");

/** Variables that leave no folder of this machine to be looked through. */
const elsewhere = { XDG_CONFIG_HOME: folder, XDG_CONFIG_DIRS: folder, XDG_DATA_HOME: folder, XDG_DATA_DIRS: join(folder, "share") };

function on(environment: Record<string, string>, absent: readonly string[] = []): ReturnType<typeof missingDriver> {
  const whyNotLoaded: System["whyNotLoaded"] = (library) => (absent.includes(library) ? "cannot open shared object file" : undefined);
  return missingDriver({ platform: "linux", environment: { ...elsewhere, ...environment }, whyNotLoaded });
}

describe("what keeps Dawn from a GPU", () => {
  it("is Vulkan's loader, first of all", () => {
    const { problem, fix } = on({}, ["libvulkan.so.1"]);
    expect([problem, fix]).toEqual([expect.stringContaining("libvulkan.so.1 is not there"), expect.stringContaining("apt-get install libvulkan1")]);
  });

  it.each(["VK_DRIVER_FILES", "VK_ICD_FILENAMES"])("is %s, where it names nothing that exists", (variable) => {
    expect(on({ [variable]: "/nowhere.json" })).toMatchObject({ problem: expect.stringContaining("/nowhere.json"), fix: expect.stringContaining("unset it") });
    expect(on({ [variable]: "" }).problem).toContain("it is empty");
  });

  it("is the driver's library, which the driver names relative to its own file", () => {
    const { problem, fix } = on({}, [join(folder, "share/vulkan/libvendor.so")]);
    expect(problem).toBe(`Vulkan's driver ${driver} does not load: cannot open shared object file`);
    expect(fix).toContain("mesa-vulkan-drivers");
    expect(on({ VK_DRIVER_FILES: damaged }).problem).toContain("it cannot be read");
  });

  it("is the GPU, where all that is needed loads", () => {
    expect(on({})).toMatchObject({ problem: expect.stringContaining(`(${driver}`), fix: expect.stringContaining("--device /dev/dri") });
    // One of two suffices.
    expect(on({ VK_DRIVER_FILES: `${damaged}:${drivers}` }).problem).toContain("offer none that Dawn can use");
  });

  it("is not looked for on other platforms", () => {
    expect(missingDriver({ ...thisSystem, platform: "darwin" }).fix).toContain("driver");
  });
});

it.runIf(process.platform === "linux")("asks the dynamic loader of this machine", () => {
  expect(thisSystem.whyNotLoaded("libc.so.6")).toBeUndefined();
  expect(thisSystem.whyNotLoaded("libnothing.so.1")).toContain("libnothing.so.1");
});
