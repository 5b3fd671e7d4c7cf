import { mkdirSync } from "node:fs";
import { tokens } from "@kdf/core/tokens";
import { describe, expect, it } from "vitest";
import { augmenterPackage, loadedFrom, pluginCode, TemporaryProject } from "../test-support/temporary-project.js";
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

  it.each([
    ["by id", ["b.colour=red"]],
    ["by kind and id", ["augmenter:b.colour=red"]],
  ])("refuses options that a contribution does not know %s, though nothing asks for it", async (_, set) => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    await expect(composeHost({ directory: project.directory, logger: silent, plugins: ["a"], set })).rejects.toMatchObject({
      code: "KDF_OPTIONS_INVALID",
      message: expect.stringMatching(/augmenter b[^]*colour/),
    });
  });

  it("checks those of a file as well, and takes valid ones for what is not used", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    project.write("good.yaml", "options: { b: { alpha: 2 } }\n");
    project.write("bad.yaml", "options: { b: { colour: red } }\n");
    const request = { directory: project.directory, logger: silent, plugins: ["a"] };
    await expect(composeHost({ ...request, file: "bad.yaml" })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
    expect((await composeHost({ ...request, file: "good.yaml" })).configuration.options).toEqual({ b: { alpha: 2 } });
  });

  it("takes options by an id that several kinds share, where one of them knows them", async () => {
    const strict = pluginCode("pair", { augmenter: ["pair"], metric: ["pair"] }).replace('metric: { "pair": definition("metric:pair") }', 'metric: { "pair": { ...definition("metric:pair"), options: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "takes none" }] }) } } } }');
    const manifest = { manifest: 1, id: "pair", provides: ["metric:pair", "augmenter:pair"] };
    const project = TemporaryProject.with(augmenterPackage("pair", { manifest, code: strict }));
    const request = { directory: project.directory, logger: silent };
    await expect(composeHost({ ...request, set: ["pair.alpha=1"] })).resolves.toBeDefined();
    await expect(composeHost({ ...request, set: ["metric:pair.alpha=1"] })).rejects.toMatchObject({ message: expect.stringContaining("takes none") });
  });

  it("refuses an unknown plugin", async () => {
    const project = TemporaryProject.with(augmenterPackage("cutmix"));
    await expect(composeHost({ directory: project.directory, logger: silent, plugins: ["cutmx"] })).rejects.toMatchObject({
      code: "KDF_PLUGIN_NOT_FOUND",
      kind: "request",
    });
  });
});
