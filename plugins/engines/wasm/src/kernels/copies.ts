import * as tf from "@tensorflow/tfjs";
import type { Workspace } from "../native/workspace.js";
import type { KernelDefinition } from "./register.js";

/** Our copies move numbers of four bytes in up to four dimensions; the rest stays with tfjs's kernels. */
function isCopyable(tensor: tf.TensorInfo): boolean {
  return (tensor.dtype === "float32" || tensor.dtype === "int32") && tensor.shape.length >= 1 && tensor.shape.length <= 4;
}

/** `values` with `filler` before them, four in all. */
function four(values: readonly number[], filler: number): [number, number, number, number] {
  return [...Array<number>(4 - values.length).fill(filler), ...values] as [number, number, number, number];
}

/** Numbers from one index of each dimension to the next. */
function stepsOf(shape: readonly [number, number, number, number]): [number, number, number, number] {
  return [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
}

interface Side {
  readonly tensor: tf.TensorInfo;
  readonly shape: [number, number, number, number];
  /** Index at which the block begins. */
  readonly begin: [number, number, number, number];
}

/** Copies a block of `size` from a place in one tensor to a place in another. */
function copyBlock(workspace: Workspace, source: Side, target: Side, size: readonly number[]): void {
  // Where the last dimensions of both sides are copied whole they are one longer dimension.
  const folded = { source: [...source.shape], target: [...target.shape], size: [...size] };
  const begins = { source: [...source.begin], target: [...target.begin] };
  while (
    folded.size.length > 1 && folded.source.at(-1) === folded.size.at(-1) && folded.target.at(-1) === folded.size.at(-1)
  ) {
    const last = folded.size.at(-1)!;
    for (const side of ["source", "target", "size"] as const) {
      folded[side].pop();
      folded[side].push(folded[side].pop()! * last);
    }
    for (const side of ["source", "target"] as const) {
      begins[side].pop();
      begins[side].push(begins[side].pop()! * last);
    }
  }
  const place = (side: "source" | "target") => {
    const steps = stepsOf(four(folded[side], 1));
    const offset = four(begins[side], 0).reduce((sum, begin, axis) => sum + begin * steps[axis]!, 0);
    const tensor = side === "source" ? source.tensor : target.tensor;
    return { address: workspace.addressOf(tensor) + 4 * offset, steps };
  };
  const from = place("source");
  const to = place("target");
  workspace.kernels.copyBlock(
    from.address, to.address, ...four(folded.size, 1),
    from.steps[0], from.steps[1], from.steps[2], to.steps[0], to.steps[1], to.steps[2],
  );
}

/** The block of `x` that begins at `begin`. */
function blockOf(workspace: Workspace, x: tf.TensorInfo, begin: readonly number[], size: readonly number[]): tf.TensorInfo {
  const result = workspace.makeTensor(size, x.dtype);
  if (size.includes(0)) return result;
  copyBlock(
    workspace,
    { tensor: x, shape: four(x.shape, 1), begin: four(begin, 0) },
    { tensor: result, shape: four(size, 1), begin: [0, 0, 0, 0] },
    four(size, 1),
  );
  return result;
}

/** Slice. tfjs's kernel copies the whole tensor out first: a batch of a resident data set costs the data set. */
export const slice: KernelDefinition = {
  name: tf.Slice,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    if (!isCopyable(x)) return original!(inputs, attributes, backend);
    const given = attributes as { begin: number | number[]; size: number | number[] };
    const [begin, size] = tf.slice_util.parseSliceParams(x, given.begin, given.size) as [number[], number[]];
    return blockOf(workspace, x, begin, size);
  },
};

/** SplitV, which tfjs does by its own slices. */
export const split: KernelDefinition = {
  name: tf.SplitV,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    if (!isCopyable(x)) return original!(inputs, attributes, backend);
    const given = attributes as { numOrSizeSplits: number | number[]; axis: number };
    const axis = tf.util.parseAxisParam(given.axis, x.shape)[0]!;
    const begin = x.shape.map(() => 0);
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, given.numOrSizeSplits, axis).map((length) => {
      const part = blockOf(workspace, x, begin, x.shape.with(axis, length));
      begin[axis]! += length;
      return part;
    });
  },
};

/** Tile, one dimension after the other. tfjs's kernel works out every number's place on its own. */
export const tile: KernelDefinition = {
  name: tf.Tile,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const { reps } = attributes as { reps: number[] };
    const repeated = reps.map((count, axis) => ({ count, axis })).filter(({ count }) => count !== 1);
    if (!isCopyable(x) || x.shape.includes(0) || repeated.length === 0) return original!(inputs, attributes, backend);
    let current = x;
    for (const { count, axis } of repeated.reverse()) {
      const result = workspace.makeTensor(current.shape.with(axis, current.shape[axis]! * count), x.dtype);
      const outer = tf.util.sizeFromShape(current.shape.slice(0, axis));
      const block = tf.util.sizeFromShape(current.shape.slice(axis));
      workspace.kernels.copyBlock(
        workspace.addressOf(current), workspace.addressOf(result), outer, 1, count, block,
        block, 0, 0, count * block, 0, block,
      );
      if (current !== x) workspace.disposeTensor(current);
      current = result;
    }
    return current;
  },
};

/** Reverse, about 100 times faster than tfjs's kernel; one call for each axis. */
export const reverse: KernelDefinition = {
  name: tf.Reverse,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const axes = tf.util.parseAxisParam((attributes as { dims: number | number[] }).dims, x.shape);
    if (!isCopyable(x) || axes.length === 0) return original!(inputs, attributes, backend);
    let current = x;
    for (const axis of axes) {
      const result = workspace.makeTensor(x.shape, x.dtype);
      workspace.kernels.reverseRows(
        workspace.addressOf(current), workspace.addressOf(result), tf.util.sizeFromShape(x.shape.slice(0, axis)),
        x.shape[axis]!, tf.util.sizeFromShape(x.shape.slice(axis + 1)),
      );
      if (current !== x) workspace.disposeTensor(current);
      current = result;
    }
    return current;
  },
};

/** GatherV2 without batch dimensions. tfjs's kernel works out every number's place on its own. */
export const gather: KernelDefinition = {
  name: tf.GatherV2,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const given = attributes as { axis: number; batchDims: number };
    if (!isCopyable(x) || indices.dtype !== "int32" || given.batchDims !== 0) {
      return original!(inputs, attributes, backend);
    }
    const axis = tf.util.parseAxisParam(given.axis, x.shape)[0]!;
    const size = x.shape[axis]!;
    for (const index of workspace.integersOf(indices)) {
      if (index < 0 || index >= size) throw new RangeError(`gather: the index ${index} is not in [0, ${size - 1}]`);
    }
    const result = workspace.makeTensor([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], x.dtype);
    const { kernels, addressOf } = workspace;
    kernels.gatherRows(
      addressOf(x), addressOf(indices), addressOf(result), tf.util.sizeFromShape(x.shape.slice(0, axis)), size,
      tf.util.sizeFromShape(x.shape.slice(axis + 1)), tf.util.sizeFromShape(indices.shape),
    );
    return result;
  },
};

const bits = new DataView(new ArrayBuffer(4));

/** The bits of a constant as tensors of this type hold them. */
function bitsOf(value: number, type: tf.DataType): number {
  if (type === "int32") return value | 0;
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

/** PadV2, about 5 times faster than tfjs's kernel, which goes number by number. */
export const pad: KernelDefinition = {
  name: tf.PadV2,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    if (!isCopyable(x) || x.shape.includes(0)) return original!(inputs, attributes, backend);
    const { paddings, constantValue } = attributes as { paddings: [number, number][]; constantValue: number };
    const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    const result = workspace.makeTensor(shape, x.dtype);
    workspace.kernels.fillNumbers(
      workspace.addressOf(result), tf.util.sizeFromShape(shape), bitsOf(constantValue, x.dtype),
    );
    copyBlock(
      workspace,
      { tensor: x, shape: four(x.shape, 1), begin: [0, 0, 0, 0] },
      { tensor: result, shape: four(shape, 1), begin: four(paddings.map(([before]) => before), 0) },
      four(x.shape, 1),
    );
    return result;
  },
};
