import { optimizerSchema } from "@kdf/core";
import { createOptimizer, disposeAll, Parameter, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { Fixture } from "./parity.js";

interface Case {
  readonly kind: "sgd" | "adamw";
  readonly learningRates: readonly number[];
  readonly weightDecay: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
}

const fixture = new Fixture<{ readonly cases: Readonly<Record<string, Case>>; readonly steps: number }>("optimizers.safetensors");
const names = ["weight", "bias"] as const;

beforeAll(async () => {
  await startReferenceEngine();
});

test("every optimizer is covered", () => {
  expect(new Set(Object.values(fixture.about.cases).map(({ kind }) => kind))).toEqual(new Set(["sgd", "adamw"]));
  expect(fixture.about.steps).toBe(20);
});

test.each(Object.entries(fixture.about.cases))("%s: the parameters after every step", (id, { kind, betas, learningRates, ...settings }) => {
  const optimizer = createOptimizer(
    optimizerSchema.parse({ id: kind, ...settings, ...(betas && { beta1: betas[0], beta2: betas[1] }) }),
  );
  const parameters = new Map(
    names.map((name) => {
      const initial = fixture.tensor(`initial.${name}`);
      const parameter = new Parameter(initial);
      initial.dispose();
      return [name as string, parameter] as const;
    }),
  );
  learningRates.forEach((rate, step) => {
    const gradients = new Map(names.map((name) => [name as string, fixture.tensor(`gradients.${name}`, step)]));
    optimizer.step(parameters, gradients, rate);
    disposeAll([...gradients.values()]);
    for (const name of names) fixture.expectTensor(`${id}.${name}`, parameters.get(name)!.value, step);
  });
  optimizer.dispose();
  parameters.forEach((parameter) => parameter.dispose());
});
