import { startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { bits, parameter, sketch, uniform } from "./generator.js";
import { networkTests } from "./network-parity.js";
import { expectParity, Fixture } from "./parity.js";

beforeAll(async () => {
  await startReferenceEngine();
});

test("weights and images are made as the fixtures' were, and so are sketches", () => {
  const fixture = new Fixture<{ readonly bits: Readonly<Record<string, readonly number[]>> }>("generator.safetensors");
  for (const [name, expected] of Object.entries(fixture.about.bits)) expect([...bits(name, expected.length)]).toEqual(expected);
  const input = fixture.array("input.0");
  expect([...uniform("input.0", input.shape, 1.75)]).toEqual([...input.data]);
  for (const name of ["conv1.weight", "layer1.0.conv2.weight", "fc.weight", "fc.bias", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"]) {
    const { shape, data } = fixture.array(`parameter.${name}`);
    expect([name, ...parameter(name, shape)]).toEqual([name, ...data]);
  }
  const { data } = fixture.array("sketched");
  for (const buckets of [64, 256]) expectParity("sketch", sketch(data, buckets), fixture.array(`sketch.${buckets}`).data, 0);
});

/** A training step of a small network takes this engine ten seconds: networks-wasm.test.ts has the whole zoo. */
networkTests("resnet8", ["evaluate-28", "train-28"]);
networkTests("wrn_16_1", ["evaluate-28", "evaluate-32"]);
networkTests("vgg8", ["evaluate-28"]);
