import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addOptions, addSharedOptions, hostRequest, type SharedOptions } from "./command-options.js";

const quiet = { write: () => undefined };
const requestOf = (...parameters: string[]) => {
  const command = addSharedOptions(new Command("train")).exitOverride().parse(parameters, { from: "user" });
  return hostRequest(command.opts<SharedOptions>(), { output: quiet, messages: quiet, directory: "/here" });
};

describe("the shared options", () => {
  it("say nothing where they are absent", () => {
    const { values, ...rest } = requestOf();
    expect(Object.values(values ?? {}).filter((value) => value !== undefined)).toEqual([]);
    expect(rest).toEqual({ directory: "/here", logger: expect.anything(), plugins: [], set: [] });
  });

  it("reach the host, repeated ones in order", () => {
    const request = requestOf(
      ...["--plugin", "cutout", "--plugin", "cutmix", "--config", "kdf.yaml", "--preset", "start", "--data-dir", "data"],
      ...["--dataset", "flowers", "--teacher", "runs/t", "--student", "small", "--distiller", "kd", "--engine", "wasm"],
      ...["--epochs", "3", "--batch-size", "32", "--seed", "0", "--set", "a.b=1", "--set", "c=d=e"],
    );
    expect(request).toMatchObject({
      plugins: ["cutout", "cutmix"],
      file: "kdf.yaml",
      preset: "start",
      dataDirectory: "data",
      set: ["a.b=1", "c=d=e"],
      values: {
        dataset: "flowers",
        teacher: "runs/t",
        student: "small",
        distiller: "kd",
        engine: "wasm",
        epochs: 3,
        batchSize: 32,
        seed: 0,
      },
    });
  });

  it("can decline the teacher and the preset", () => {
    expect(requestOf("--no-teacher", "--no-preset")).toMatchObject({ preset: null, values: { teacher: null } });
  });

  it("leave what is no number to the configuration's check", () => {
    expect(requestOf("--epochs", "many", "--seed", "").values).toMatchObject({ epochs: "many", seed: "" });
  });
});

describe("a command of some of them", () => {
  const few = () => addOptions(new Command("few").configureOutput({ writeErr: () => undefined }), ["plugins", "seed"]).exitOverride();

  it("takes these and refuses the others", () => {
    expect(few().parse(["--plugin", "a", "--seed", "3"], { from: "user" }).opts()).toMatchObject({ plugin: ["a"], seed: 3 });
    expect(() => few().parse(["--epochs", "3"], { from: "user" })).toThrow("unknown option '--epochs'");
  });

  it("does not say that augmenters are chained, as a training does", () => {
    expect(few().helpInformation()).not.toContain("chained");
    expect(addSharedOptions(new Command("train")).helpInformation()).toContain("chained");
  });
});
