import { readFileSync } from "node:fs";
import { configurationSchema, manifestSchema } from "@kdf/core";
import { candidateNames } from "@kdf/host";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configurationFile, presetPackage, spelledOut, suggestedAugmenters } from "./init-template.js";

const read = (path: string): any => JSON.parse(readFileSync(new URL(`../../../../plugins/${path}/package.json`, import.meta.url), "utf8"));
const preset = read("presets/quickstart");

describe("what kdf init writes", () => {
  it("names the preset that this repository holds", () => {
    expect(preset.name).toBe(presetPackage);
    expect(parse(configurationFile({ spelledOut: false, plugins: ["cutmixpick"], epochs: 2 }))).toEqual({ preset: presetPackage, plugins: ["cutmixpick"], epochs: 2, seed: 0 });
  });

  it("spells out just what the preset says", () => {
    const { preset: none, plugins, seed, ...values } = parse(configurationFile({ spelledOut: true, plugins: [], epochs: preset.kdf.preset.epochs })) as Record<string, unknown>;
    expect({ none, plugins, seed }).toEqual({ none: null, plugins: [], seed: 0 });
    expect(values).toEqual(manifestSchema.parse(preset.kdf).preset);
    expect(configurationSchema.safeParse(values).success).toBe(true);
  });

  it("takes packages that the preset has as peers, but for what trains without a teacher", () => {
    const peers = Object.keys(preset.peerDependencies).filter((name) => name.startsWith("@kdf/plugin-"));
    expect([...spelledOut.packages, "@kdf/plugin-cross-entropy"].sort()).toEqual(peers.sort());
  });

  it.each(suggestedAugmenters)("offers $name, which exists as a plugin of that name", ({ name }) => {
    expect(candidateNames(name)).toMatchObject({ packages: expect.arrayContaining([read(`augmenters/${name}`).name]) });
  });
});
