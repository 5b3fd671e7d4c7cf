import { BatchNormalization } from "@kdf/nn";
import { disposeAll, inputGradients, multiply, scope, startReferenceEngine, sum, valueAndGradients, type Tensor } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { Fixture } from "./parity.js";

interface Cases {
  readonly cases: Readonly<Record<string, { readonly groups: readonly number[] }>>;
  readonly steps: number;
  readonly epsilon: number;
  readonly momentum: number;
}

const fixture = new Fixture<Cases>("batch-norm.safetensors");

beforeAll(async () => {
  await startReferenceEngine();
});

test("the fixture is PyTorch's default batch norm", () => {
  expect(fixture.about).toMatchObject({ epsilon: 1e-5, momentum: 0.1, steps: 3 });
});

test.each(Object.entries(fixture.about.cases))("%s: outputs, gradients and running statistics", (id, { groups }) => {
  const norm = new BatchNormalization(fixture.array(`${id}.weight`).shape[0]!);
  const initial = {
    weight: fixture.tensor(`${id}.weight`),
    bias: fixture.tensor(`${id}.bias`),
    running_mean: fixture.tensor(`${id}.initial.runningMean`),
    running_var: fixture.tensor(`${id}.initial.runningVar`),
  };
  for (const [name, value] of Object.entries(initial)) norm.parameters().get(name)!.assign(value);
  disposeAll(initial);

  const training = { training: true, groupRows: groups };
  for (let step = 0; step < fixture.about.steps; step += 1) {
    const x = fixture.tensor(`${id}.x`, step);
    const upstream = fixture.tensor(`${id}.gradOutput`, step);
    const weighted = (input: Tensor): Tensor => sum(multiply(norm.forward(input, training), upstream));
    // Every call of forward in training moves the running statistics: they are put back where a call is not the step's.
    const apart = (body: () => void): void => {
      const running = scope(() => ["running_mean", "running_var"].map((name) => multiply(norm.parameters().get(name)!.value, 1)));
      body();
      norm.running_mean.assign(running[0]!);
      norm.running_var.assign(running[1]!);
      disposeAll(running);
    };
    apart(() => {
      const { value, gradients } = inputGradients(([input]) => weighted(input!), [x]);
      fixture.expectTensor(`${id}.grad.x`, gradients[0]!, step);
      disposeAll([value, ...gradients]);
    });
    apart(() => {
      const trained = new Map([["weight", norm.weight], ["bias", norm.bias]]);
      const { value, gradients } = valueAndGradients(() => weighted(x), trained);
      for (const [name, gradient] of gradients) fixture.expectTensor(`${id}.grad.${name}`, gradient, step);
      expect(gradients.size).toBe(2);
      disposeAll([value, ...gradients.values()]);
    });
    const y = norm.forward(x, training);
    fixture.expectTensor(`${id}.y`, y, step);
    fixture.expectTensor(`${id}.runningMean`, norm.running_mean.value, step);
    fixture.expectTensor(`${id}.runningVar`, norm.running_var.value, step);
    disposeAll([x, upstream, y]);
  }

  const x = fixture.tensor(`${id}.x`, 0);
  const evaluated = norm.forward(x, { training: false, groupRows: groups });
  fixture.expectTensor(`${id}.evaluated`, evaluated);
  disposeAll([x, evaluated]);
  norm.dispose();
});
