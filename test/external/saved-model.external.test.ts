import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafetensors } from "@kdf/nn";
import { afterAll, expect, it } from "vitest";
import { repository, startKdf, temporaryFolder } from "../e2e/kdf.js";
import { tensorflowInstallation } from "./tensorflow-installation.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** TensorFlow wrote all of it: plugins/teachers/tensorflow-models/scripts/make-fixtures.py. */
const fixtures = join(repository, "plugins/teachers/tensorflow-models/fixtures");
const fed = ["mean=[0.5,0.4,0.3]", "std=[0.25,0.2,0.1]"];

it("a SavedModel and the models of TensorFlow.js answer on the TensorFlow engine as TensorFlow did", async () => {
  const { cacheDirectory } = await tensorflowInstallation("tensorflow");
  const { images, logits } = JSON.parse(readFileSync(join(fixtures, "cases.json"), "utf8")) as { images: number[]; logits: number[] };
  const pair = join(folder.path, "pair.safetensors");
  writeFileSync(pair, encodeSafetensors(new Map([["input", { dtype: "F32", shape: [3, 8, 8, 3], data: Float32Array.from(images) }], ["logits", { dtype: "F32", shape: [3, 5], data: Float32Array.from(logits) }]])));
  for (const [name, teacher] of [["saved-model", "saved-model"], ["layers-softmax", "tfjs-model"], ["graph-softmax", "tfjs-model"]] as const) {
    const settings = fed.flatMap((setting) => ["--set", `${teacher}.${setting}`]);
    const words = ["teacher", "inspect", join(fixtures, name), ...settings, "--engine", "tensorflow", "--verify", pair, "--json"];
    const { code, output, messages } = await startKdf(words, repository, ["env", `KDF_CACHE_DIR=${cacheDirectory}`]).finished;
    expect(code, messages + output).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ plugin: teacher, classes: 5, missing: [], problems: [], verification: { images: 3 } });
  }
});
