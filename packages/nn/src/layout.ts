import type { NumberArray } from "./safetensors.js";

/**
 * How a tensor lies in PyTorch's state dict, seen from ours. Ours is TensorFlow's: filters [k,k,in,out], matrices
 * [in,out]. Every difference is a permutation of axes followed by a reshape.
 */
export interface Layout {
  /** PyTorch's n-th axis is our axis `order[n]`; absent where nothing moves. */
  readonly order?: readonly number[];
  /** PyTorch's shape of a tensor of our shape. */
  referenceShape(shape: readonly number[]): number[];
}

const permuted = (order: readonly number[]): Layout => ({
  order,
  referenceShape: (shape) => order.map((axis) => shape[axis]!),
});

export const layouts = {
  /** Vectors and scalars: the same in both. */
  plain: { referenceShape: (shape: readonly number[]) => [...shape] },
  /** [k,k,in/groups,out] -> [out,in/groups,k,k] */
  convolution: permuted([3, 2, 0, 1]),
  /** [k,k,out,in] -> [in,out,k,k] */
  transposedConvolution: permuted([3, 2, 0, 1]),
  /** [k,k,C,m] -> [C·m,1,k,k] */
  depthwise: {
    order: [2, 3, 0, 1],
    referenceShape: ([height = 0, width = 0, channels = 0, multiplier = 0]: readonly number[]) => [
      channels * multiplier,
      1,
      height,
      width,
    ],
  },
  /** [in,out] -> [out,in] */
  linear: permuted([1, 0]),
} as const satisfies Record<string, Layout>;

/** Values of a tensor of our `shape`, in PyTorch's order. */
export function toReference<Values extends NumberArray>(values: Values, shape: readonly number[], layout: Layout): Values {
  return layout.order === undefined ? values : permute(values, shape, layout.order);
}

/** PyTorch's values of a tensor of our `shape`, in our order. */
export function fromReference<Values extends NumberArray>(values: Values, shape: readonly number[], layout: Layout): Values {
  const { order } = layout;
  if (order === undefined) return values;
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return permute(values, order.map((axis) => shape[axis]!), inverse);
}

/** Row-major `values` of `shape` with its axes in the given order: the result's n-th axis is `order[n]` of `shape`. */
function permute<Values extends NumberArray>(values: Values, shape: readonly number[], order: readonly number[]): Values {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = values.slice() as Values;
  const last = sizes.length - 1;
  const position = sizes.map(() => 0);
  let source = 0;
  for (let target = 0; target < result.length; target += 1) {
    result[target] = values[source]!;
    for (let axis = last; axis >= 0; axis -= 1) {
      position[axis]! += 1;
      source += steps[axis]!;
      if (position[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
