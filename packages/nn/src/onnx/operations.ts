import type { TensorLike } from "@kdf/core";
import type { ConvolutionOptions, RecordedOperation, Tensor } from "@kdf/tensor";
import type { Graph, Value } from "./graph.js";

/** Adds the nodes of one call to the graph. `given` are the operation's parameters, `made` its result. */
type Form = (graph: Graph, given: readonly any[], made: any) => void;

/** Where an axis of [B,H,W,C] lies in [B,C,H,W]. */
const axisOfMap = [0, 2, 3, 1] as const;

const value = (graph: Graph, tensor: unknown): Value => {
  const found = graph.valueOf(tensor);
  if (found === undefined) throw graph.unsupported("an operation has a constant where images should come in");
  return found;
};

/** One input, one output, element by element: the order of dimensions does not matter. */
const unary =
  (operation: string): Form =>
  (graph, [x], made) => {
    const { name, channelsFirst } = value(graph, x);
    graph.define(made as Tensor, { name: graph.node(operation, [name]), channelsFirst });
  };

/** Broadcasts as in NumPy. Where one is a map with channels first, so is the other. */
const binary =
  (operation: string): Form =>
  (graph, [a, b], made) => {
    const channelsFirst = [a, b].some((operand) => graph.valueOf(operand)?.channelsFirst);
    const operand = (given: TensorLike | number): string => {
      if (typeof given === "number") return graph.number(given);
      const found = graph.valueOf(given);
      if (found === undefined) return graph.constant(given, channelsFirst ? "map" : "plain");
      if (!channelsFirst) return found.name;
      return graph.asMap(found);
    };
    graph.define(made as Tensor, { name: graph.node(operation, [operand(a), operand(b)]), channelsFirst });
  };

const convolution =
  (form: "convolution" | "depthwise"): Form =>
  (graph, [x, filter, options = {}], made) => {
    const { stride = 1, padding = 0, groups = 1 } = options as ConvolutionOptions;
    const images = value(graph, x);
    const [height = 0, width = 0] = (filter as Tensor).shape;
    const name = graph.node("Conv", [graph.asMap(images), graph.constant(filter, form)], {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: Array<number>(4).fill(padding),
      group: form === "depthwise" ? images.shape[3]! : groups,
    });
    graph.define(made as Tensor, { name, channelsFirst: true });
  };

const pool =
  (operation: "MaxPool" | "AveragePool"): Form =>
  (graph, [x, size, stride = size, padding = 0], made) => {
    const name = graph.node(operation, [graph.asMap(value(graph, x))], {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: Array<number>(4).fill(padding),
      ...(operation === "AveragePool" && { count_include_pad: 1 }),
    });
    graph.define(made as Tensor, { name, channelsFirst: true });
  };

const clipped =
  (bounds: (given: readonly unknown[]) => readonly [number, number]): Form =>
  (graph, given, made) => {
    const { name, channelsFirst } = value(graph, given[0]);
    const [low, high] = bounds(given).map((bound) => graph.number(bound));
    graph.define(made as Tensor, { name: graph.node("Clip", [name, low!, high!]), channelsFirst });
  };

/** To the shape of the result, whose batch stays free. */
const reshaped: Form = (graph, [x], made) => {
  const from = value(graph, x);
  const [batch, ...rest] = (made as Tensor).shape;
  if (from.shape[0] !== graph.batch || batch !== graph.batch) throw graph.unsupported("a reshape mixes the images of a batch");
  graph.define(made as Tensor, { name: graph.node("Reshape", [graph.asIs(from), graph.numbers([0, ...rest])]), channelsFirst: false });
};

/** What each call of an operation of `@kdf/tensor` becomes; those that are missing here have no form yet. */
export const operationForms: Readonly<Record<string, Form>> = {
  convolution: convolution("convolution"),
  depthwiseConvolution: convolution("depthwise"),
  maximumPool: pool("MaxPool"),
  averagePool: pool("AveragePool"),
  globalAveragePool: (graph, [x], made) => {
    const pooled = graph.node("GlobalAveragePool", [graph.asMap(value(graph, x))]);
    graph.define(made as Tensor, { name: graph.node("Flatten", [pooled], { axis: 1 }), channelsFirst: false });
  },
  batchNormalizationInference: (graph, [x, gamma, beta, mean, variance, epsilon], made) => {
    const { name, channelsFirst, shape } = value(graph, x);
    if (shape.length === 4 && !channelsFirst) throw graph.unsupported("a batch norm follows a reshape to maps");
    const constants = [gamma, beta, mean, variance].map((tensor: TensorLike) => graph.constant(tensor, "plain"));
    graph.define(made as Tensor, { name: graph.node("BatchNormalization", [name, ...constants], { epsilon: { float: epsilon as number } }), channelsFirst });
  },
  matrixMultiply: (graph, [a, b, transposeA = false, transposeB = false], made) => {
    if (transposeA || transposeB) throw graph.unsupported("a matrix product transposes its inputs");
    const left = value(graph, a);
    if (left.shape.length !== 2) throw graph.unsupported(`a matrix product has an input of ${left.shape.length} dimensions`);
    const name = graph.node("Gemm", [left.name, graph.constant(b, "linear")], { transB: 1 });
    graph.define(made as Tensor, { name, channelsFirst: false });
  },
  add: binary("Add"),
  subtract: binary("Sub"),
  multiply: binary("Mul"),
  divide: binary("Div"),
  minimum: binary("Min"),
  maximum: binary("Max"),
  rectifiedLinear: unary("Relu"),
  rectifiedLinear6: clipped(() => [0, 6]),
  sigmoid: unary("Sigmoid"),
  detach: unary("Identity"),
  clone: unary("Identity"),
  clip: clipped(([, low, high]) => [low as number, high as number]),
  reshape: reshaped,
  expandDimension: reshaped,
  squeeze: reshaped,
  transpose: (graph, [x, permutation], made) => {
    const from = value(graph, x);
    if (permutation?.[0] !== 0) throw graph.unsupported("a transpose moves the batch");
    graph.define(made as Tensor, { name: graph.node("Transpose", [graph.asIs(from)], { perm: permutation as number[] }), channelsFirst: false });
  },
  concatenate: (graph, [parts, axis = 0], made) => {
    const values = (parts as readonly Tensor[]).map((part) => value(graph, part));
    const channelsFirst = values.some((part) => part.channelsFirst);
    const at = axisOf(graph, axis as number, (made as Tensor).shape.length, channelsFirst);
    const names = values.map((part) => (channelsFirst ? graph.asMap(part) : part.name));
    graph.define(made as Tensor, { name: graph.node("Concat", names, { axis: at }), channelsFirst });
  },
  split: (graph, [x, sizes, axis = 0], made) => {
    const { name, shape, channelsFirst } = value(graph, x);
    const at = axisOf(graph, axis as number, shape.length, channelsFirst);
    const names = graph.nodeOf("Split", [name, graph.numbers(sizes)], (made as Tensor[]).length, { axis: at });
    names.forEach((part, place) => graph.define((made as Tensor[])[place]!, { name: part, channelsFirst }));
  },
};

/** The axis in the graph's order; the batch is none. */
function axisOf(graph: Graph, axis: number, rank: number, channelsFirst: boolean): number {
  const own = axis < 0 ? axis + rank : axis;
  if (own === 0) throw graph.unsupported("an operation splits or joins batches");
  return channelsFirst ? axisOfMap[own]! : own;
}

/** Adds a recorded call to the graph. What depends on no image is a constant, whatever computes it. */
export function addOperation(graph: Graph, { name, parameters, result }: RecordedOperation): void {
  const results = Array.isArray(result) ? (result as unknown[]) : [result];
  if (!parameters.flat().some((parameter) => graph.valueOf(parameter) !== undefined)) {
    results.forEach((tensor) => graph.fold(tensor));
    return;
  }
  const form = operationForms[name];
  if (form === undefined) throw graph.unsupported(`it computes ${name}`, `operations that have a form in ONNX: ${Object.keys(operationForms).sort().join(", ")}`);
  form(graph, parameters, result);
}
