import { crossEntropy, disposeAll, inputGradients, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, test } from "vitest";
import { Fixture } from "./parity.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const entropyFixture = new Fixture<{ readonly cases: readonly string[] }>("cross-entropy.safetensors");

test.each(entropyFixture.about.cases)("cross-entropy, %s: value and gradient", (id) => {
  const logits = entropyFixture.tensor(`${id}.logits`);
  const labels = entropyFixture.tensor(`${id}.labels`);
  const { value, gradients } = inputGradients(([given]) => crossEntropy(given!, labels), [logits]);
  entropyFixture.expectValue(`${id}.loss`, value);
  entropyFixture.expectTensor(`${id}.grad`, gradients[0]!);
  disposeAll([logits, labels, value, ...gradients]);
});
