import { add, disposeAll, floats, inputGradients, integers, multiply, read, scope, sum, tensorCount, toFloat, type Tensor } from "@kdf/tensor";
import type { Computation, Values } from "./computation.js";
import { Draw } from "./draw.js";

/** What one engine gives for a computation. */
export interface Computed {
  readonly outputs: readonly Values[];
  /** In the order of the inputs that have one. */
  readonly gradients: readonly Values[];
  /** Tensors left behind. */
  readonly left: number;
}

/** Computes on the engine of this process. Leaves no tensor of its own. */
export async function compute(computation: Computation): Promise<Computed> {
  const before = tensorCount();
  const inputs = computation.inputs.map(({ shape, data }) => (data instanceof Int32Array ? integers(data, shape) : floats(data, shape)));
  const outputs = scope(() => listed(computation.run(...inputs)).map((output) => (output.dtype === "bool" ? toFloat(output) : output)));
  const values = await readAll(outputs);
  disposeAll(outputs);

  const places = computation.gradients ?? inputs.map((_, place) => place).filter((place) => inputs[place]!.dtype === "float32");
  const gradients = places.length === 0 ? [] : await gradientsOf(computation, inputs, places);
  disposeAll(inputs);
  return { outputs: values, gradients, left: tensorCount() - before };
}

async function gradientsOf({ name, run }: Computation, inputs: readonly Tensor[], places: readonly number[]): Promise<Values[]> {
  const { value, gradients } = inputGradients((given) => {
    const all = [...inputs];
    places.forEach((place, order) => (all[place] = given[order]!));
    const weighted = listed(run(...all)).map((output, order) => {
      const { shape, data } = new Draw(`weights/${name}/${order}`).floats(output.shape);
      return sum(multiply(output, floats(data as Float32Array, shape)));
    });
    return weighted.reduce((total, one) => add(total, one));
  }, places.map((place) => inputs[place]!));
  const values = await readAll(gradients);
  disposeAll([value, ...gradients]);
  return values;
}

const listed = (outputs: Tensor | readonly Tensor[]): readonly Tensor[] => (Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor]);

const readAll = (tensors: readonly Tensor[]): Promise<Values[]> =>
  Promise.all(
    tensors.map(async (tensor) => {
      const data = await read(tensor);
      // The reference engine gives some float32 tensors in arrays of another type.
      return { shape: [...tensor.shape], data: tensor.dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data) };
    }),
  );
