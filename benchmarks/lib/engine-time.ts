import { optimizerSchema, type ExtensionRegistry, type Metric, type Model, type Network } from "@kdf/core";
import { createOptimizer } from "@kdf/tensor";

/**
 * Milliseconds that the models take: every forward pass, the student's from there to the first metric (losses,
 * gradients, their reading), and the optimizer's step. What is left of a step is kdf's own. For engines that compute on
 * this thread, where a call lasts as long as its work.
 */
export function engineTime(registry: ExtensionRegistry): () => number {
  let total = 0;
  let studentBegan: number | undefined;
  const timed = <Arguments extends unknown[], Result>(body: (...given: Arguments) => Result) =>
    function (this: unknown, ...given: Arguments): Result {
      const began = performance.now();
      const result = body.apply(this, given);
      total += performance.now() - began;
      return result;
    };

  const timedModel = (model: Model): Model => {
    const forward = model.forward.bind(model);
    const evaluated = timed(forward);
    model.forward = (images, options) => {
      if (!options.training) return evaluated(images, options);
      studentBegan = performance.now();
      return forward(images, options);
    };
    return model;
  };
  const decorate: Partial<Record<string, (thing: never) => unknown>> = {
    network: (network: Network): Network => ({ build: (shape, stream) => timedModel(network.build(shape, stream)) }),
    metric: (metric: Metric): Metric => {
      const observe = metric.observe.bind(metric);
      metric.observe = (step) => {
        if (studentBegan !== undefined) total += performance.now() - studentBegan;
        studentBegan = undefined;
        observe(step);
      };
      return metric;
    },
  };
  const create = registry.create.bind(registry) as (kind: string, id: string, options?: unknown) => Promise<unknown>;
  Object.assign(registry, {
    create: async (kind: string, id: string, options?: unknown) => {
      const made = await create(kind, id, options);
      return decorate[kind]?.(made as never) ?? made;
    },
  });
  const optimizer = Object.getPrototypeOf(createOptimizer(optimizerSchema.parse({}))) as { step(...given: unknown[]): void };
  optimizer.step = timed(optimizer.step);
  return () => total;
}
