import { mkdirSync } from "node:fs";
import { tokens } from "@kdf/core/tokens";
import { describe, expect, it } from "vitest";
import { augmenterPackage, loadedFrom, TemporaryProject } from "../test-support/temporary-project.js";
import { composeHost } from "./compose-host.js";

const silent = { info: () => undefined, warn: () => undefined };

describe("composeHost", () => {
  it("puts logger and registry into a container, loads what is named and nothing else", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    mkdirSync(project.path("work"));
    const host = await composeHost({
      directory: project.path("work"),
      logger: silent,
      plugins: ["b"],
      set: ["b.alpha=2"],
      dataDirectory: "data",
    });
    expect(host.container.resolve(tokens.logger)).toBe(silent);
    expect(host.container.resolve(tokens.registry)).toBe(host.registry);
    expect(loadedFrom(project)).toEqual(["@kdf/plugin-b"]);
    expect(await host.registry.create("augmenter", "b")).toMatchObject({
      options: { alpha: 2 },
      context: { dataDirectory: project.path("work/data") },
    });
  });

  it("warns of a local folder", async () => {
    const project = new TemporaryProject();
    project.install(augmenterPackage("mine"), "mine");
    const warnings: string[] = [];
    const logger = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
    await composeHost({ directory: project.directory, logger, plugins: ["./mine"] });
    expect(warnings).toEqual([expect.stringContaining(project.path("mine"))]);
  });

  it("refuses an unknown plugin", async () => {
    const project = TemporaryProject.with(augmenterPackage("cutmix"));
    await expect(composeHost({ directory: project.directory, logger: silent, plugins: ["cutmx"] })).rejects.toMatchObject({
      code: "KDF_PLUGIN_NOT_FOUND",
      kind: "request",
    });
  });
});
