import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { define, definePlugin, type Metric } from "@kdf/core";
import { zeros } from "@kdf/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { BoringAccuracy } from "../boring/accuracy.js";
import { conformance, type ConformanceOptions } from "./conformance.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-conformance-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Parts {
  /** Replaces fields of package.json. */
  readonly json?: object;
  readonly summary?: string;
  readonly options?: z.ZodType;
  readonly create?: () => Metric;
  readonly sets?: readonly Readonly<Record<string, unknown>>[];
}

const sound = z.strictObject({ size: z.int().positive().default(3).describe("how many are counted") });

/** The names of the checks that a plugin of these parts fails; none for sound parts. */
async function failures({ json = {}, summary = "a metric for tests", options = sound, create = () => new BoringAccuracy(), sets }: Parts): Promise<string[]> {
  const file = join(folder, "package.json");
  const whole = {
    name: "kdf-plugin-calm",
    version: "1.0.0",
    type: "module",
    keywords: ["kdf", "kdf-plugin", "kdf-metric"],
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
    peerDependencies: { "@kdf/core": "^1.0.0" },
    kdf: { manifest: 1, id: "calm", provides: ["metric:calm"] },
    ...json,
  };
  writeFileSync(file, JSON.stringify(whole));
  const plugin = definePlugin({ id: "calm", provides: { metric: { calm: define<Metric, unknown>({ summary, options, create }) } } });
  const given: ConformanceOptions = { package: pathToFileURL(file), ...(sets && { options: { calm: sets } }) };
  const failed: string[] = [];
  for (const { name, run } of conformance(plugin, given)) await run().catch(() => failed.push(name));
  return failed;
}

it("a sound plugin fails none", async () => {
  expect(await failures({})).toEqual([]);
});

describe("a plugin that breaks one rule fails that check alone", () => {
  const broken: readonly (readonly [string, Parts])[] = [
    ["the host takes its package.json", { json: { peerDependencies: { "@kdf/core": "*" } } }],
    ["it exports what its manifest says", { json: { kdf: { manifest: 1, id: "calm", provides: ["metric:other"] } } }],
    ["it exports what its manifest says", { json: { kdf: { manifest: 1, id: "storm", provides: ["metric:calm"] } } }],
    ["its package.json says how it is imported", { json: { exports: { ".": "./dist/index.js" } } }],
    ["its name and keywords are those that people look for", { json: { keywords: ["kdf", "kdf-plugin"] } }],
    ["what plugins share are its peers", { json: { dependencies: { "@kdf/tensor": "^1.0.0" } } }],
    ["metric calm: options are plain JSON that parses to itself", { options: z.strictObject({ size: z.number().default(3).overwrite((size) => size + 1).describe("grows each time") }), sets: [{ size: 1 }] }],
    ["metric calm: an option that does not exist is refused", { options: z.object(sound.shape) }],
    ["metric calm: options have descriptions, and state their defaults", { options: z.strictObject({ size: z.int().positive().default(3) }) }],
    ["metric calm: it has a summary of one line", { summary: "" }],
    ["metric calm: its factory makes what its kind demands", { create: () => ({}) as Metric }],
    [
      "metric calm: made and disposed, it leaves no tensor",
      {
        create: () => {
          zeros([2]);
          return new BoringAccuracy();
        },
      },
    ],
  ];
  it.each(broken)("%s", async (name, parts) => {
    expect(await failures(parts)).toEqual([name]);
  });

  it("an option that takes anything fails the check of misfits", async () => {
    const options = z.strictObject({ size: z.unknown().default(3).describe("anything") });
    expect(await failures({ options })).toContain("metric calm: values that an option cannot have are refused");
  });
});

describe("a preset, which has no code", () => {
  const preset = { dataset: "somewhere", epochs: 2, optimizer: { learningRate: 0.1 }, schedule: { warmupEpochs: 0.5 } };

  async function presetFailures(values: object): Promise<ReadonlyMap<string, string>> {
    const file = join(folder, "package.json");
    const whole = {
      name: "kdf-plugin-tune",
      version: "1.0.0",
      type: "module",
      keywords: ["kdf", "kdf-plugin", "kdf-preset"],
      exports: { "./package.json": "./package.json" },
      peerDependencies: { "@kdf/core": "^1.0.0" },
      kdf: { manifest: 1, id: "tune", provides: [], preset: values },
    };
    writeFileSync(file, JSON.stringify(whole));
    const failed = new Map<string, string>();
    for (const { name, run } of conformance(undefined, { package: pathToFileURL(file) })) await run().catch((error: Error) => failed.set(name, error.message));
    return failed;
  }

  const rule = "its preset, if it is one, has values of a configuration";

  it("passes, also where it leaves to the user what has no default", async () => {
    expect([...(await presetFailures(preset))]).toEqual([]);
  });

  it.each([
    [{ ...preset, epoch: 2 }, /"epoch" \(did you mean epochs\?\)/],
    [{ ...preset, optimizer: { learningrate: 0.1 } }, /optimizer: .*"learningrate" \(did you mean learningRate\?\)/],
    [{ ...preset, epochs: "2" }, /epochs: .*expected int|epochs: .*expected number/],
    [{ ...preset, schedule: { id: "stepwise" } }, /schedule/],
    [{ ...preset, options: { nobody: { temperature: 4 } } }, /nobody/],
  ])("with wrong values fails that check alone: %j", async (values, says) => {
    const failed = await presetFailures(values);
    expect([...failed.keys()]).toEqual([rule]);
    expect(failed.get(rule)).toMatch(says);
  });
});
