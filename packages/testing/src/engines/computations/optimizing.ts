import { optimizerSchema } from "@kdf/core";
import { clone, createOptimizer, Parameter, type Tensor } from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

const configurations: Readonly<Record<string, unknown>> = {
  "sgd with momentum and decay": { id: "sgd", momentum: 0.9, weightDecay: 5e-4 },
  "sgd with Nesterov's momentum": { id: "sgd", nesterov: true },
  "sgd without momentum": { id: "sgd", momentum: 0, weightDecay: 0 },
  adamw: { id: "adamw", weightDecay: 0.01 },
};

/** Three steps of each optimizer by given gradients: the parameters and what the optimizer remembers. */
export function optimizing(): Computation[] {
  return Object.entries(configurations).map(([name, configuration]) => {
    const draw = new Draw(name);
    return {
      name: `three steps of ${name}`,
      inputs: [[3, 3, 2, 4], [5]].flatMap((shape) => [0, 1, 2, 3].map(() => draw.floats(shape))),
      gradients: [],
      run: (a, ...rest) => {
        const parameters = new Map([["a", new Parameter(a!)], ["b", new Parameter(rest[3]!)]]);
        const optimizer = createOptimizer(optimizerSchema.parse(configuration));
        for (let step = 0; step < 3; step += 1) {
          optimizer.step(parameters, new Map([["a", rest[step]!], ["b", rest[4 + step]!]]), 0.1 / (step + 1));
        }
        const results: Tensor[] = [...[...parameters.values()].map(({ value }) => value), ...optimizer.slots().values()].map(clone);
        for (const parameter of parameters.values()) parameter.dispose();
        optimizer.dispose();
        return results;
      },
    };
  });
}
