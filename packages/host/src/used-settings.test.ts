import { expect, it } from "vitest";
import { augmenterPackage, TemporaryProject } from "../test-support/temporary-project.js";
import { composeHost, type Host } from "./compose-host.js";
import { demandUsedSettings } from "./used-settings.js";

const silent = { info: () => undefined, warn: () => undefined };

async function hostWith(set: readonly string[]): Promise<Host> {
  const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
  project.write("kdf.yaml", "options: { b: { alpha: 1 } }\n");
  return composeHost({ directory: project.directory, logger: silent, plugins: ["a"], file: "kdf.yaml", set });
}

it.each([[[]], [["a.alpha=2"]], [["augmenter:a.alpha=2"]]])("settings %j of what was created pass, and what only a file says", async (set) => {
  const host = await hostWith(set);
  await host.registry.create("augmenter", "a");
  await host.registry.create("augmenter", "a", { alpha: 3 });
  expect(() => demandUsedSettings(host)).not.toThrow();
});

it.each(["b.alpha=2", "augmenter:b.alpha=2", "options.b.alpha=2"])("--set %s is refused: nothing asked for b", async (setting) => {
  const host = await hostWith(["a.alpha=2", setting]);
  await host.registry.create("augmenter", "a");
  expect(() => demandUsedSettings(host)).toThrow(
    expect.objectContaining({ code: "KDF_SET_UNUSED", kind: "request", message: expect.stringMatching(/augmenter:b[^]*--plugin b/) }),
  );
  await host.registry.create("augmenter", "b");
  expect(() => demandUsedSettings(host)).not.toThrow();
});
