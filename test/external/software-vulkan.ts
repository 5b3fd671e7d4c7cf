import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianPackage } from "./debian.js";

export interface SoftwareVulkan {
  /** Variables with which a process finds Vulkan's loader and SwiftShader as its only driver. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

/** Vulkan on the processor: SwiftShader as Debian's package chromium-common has it, and the loader from libvulkan1. */
export async function softwareVulkan(): Promise<SoftwareVulkan> {
  const chromium = await debianPackage("chromium-common");
  const loader = await debianPackage("libvulkan1");
  const folder = mkdtempSync(join(tmpdir(), "kdf-vulkan-"));
  const driver = join(folder, "swiftshader.json");
  const library = join(chromium, "usr/lib/chromium/libvk_swiftshader.so");
  writeFileSync(driver, JSON.stringify({ file_format_version: "1.0.0", ICD: { library_path: library, api_version: "1.0.5" } }));
  return {
    environment: { VK_DRIVER_FILES: driver, XDG_RUNTIME_DIR: folder, LD_LIBRARY_PATH: join(loader, "usr/lib/x86_64-linux-gnu") },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
