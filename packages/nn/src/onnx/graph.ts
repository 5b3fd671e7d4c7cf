import { exportUnsupported, type TensorLike } from "@kdf/core";
import { clone, keep, read, type Tensor } from "@kdf/tensor";
import { layouts, toReference, type Layout } from "../layout.js";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "./model.js";

/** Something that depends on the images. */
export interface Value {
  readonly name: string;
  /** Its shape in TensorFlow's order, with the batch size of the recording. */
  readonly shape: readonly number[];
  /** Whether a map [B,H,W,C] lies as [B,C,H,W] in the graph, as ONNX's convolutions want it. */
  readonly channelsFirst: boolean;
}

/** How a constant lies in the graph, seen from ours. */
const forms = {
  plain: layouts.plain,
  convolution: layouts.convolution,
  depthwise: layouts.depthwise,
  linear: layouts.linear,
  /** [C], [H,W,C] or [1,H,W,C], broadcast against maps: [1,C,H,W]. */
  map: { order: [0, 3, 1, 2], referenceShape: ([batch = 0, height = 0, width = 0, channels = 0]: readonly number[]) => [batch, channels, height, width] },
} as const satisfies Record<string, Layout>;
export type Form = keyof typeof forms;

interface Constant {
  readonly name: string;
  readonly form: Form;
  /** A handle of its own: what the forward pass made may be gone by the time it is read. */
  readonly tensor: Tensor;
}

const mapRank = 4;

/** The operations recorded of one forward pass, as nodes of ONNX. Owns handles of the constants until disposed. */
export class Graph {
  /** Images in the recorded pass. */
  readonly batch: number;
  readonly #model: string;
  readonly #weightNames: ReadonlyMap<unknown, string>;
  readonly #values = new Map<unknown, Value>();
  /** Made during the recording of constants alone. */
  readonly #folded = new Set<unknown>();
  readonly #before: number;
  readonly #constants = new Map<string, Constant>();
  readonly #constantNames = new Map<unknown, string>();
  readonly #literals = new Map<string, OnnxTensor>();
  readonly #nodes: OnnxNode[] = [];
  #counter = 0;

  /** `images` [B,H,W,C] are what the graph's input stands for; what was made before is constant. */
  constructor(model: string, images: Tensor, weightNames: ReadonlyMap<unknown, string>) {
    this.#model = model;
    this.#weightNames = weightNames;
    this.batch = images.shape[0]!;
    this.#before = images.id;
    this.#values.set(images, { name: inputName, shape: images.shape, channelsFirst: true });
  }

  /** What `tensor` is in the graph; undefined for a constant. */
  valueOf(tensor: unknown): Value | undefined {
    return this.#values.get(tensor);
  }

  /** Says that `tensor`, just computed, is `value`. */
  define(tensor: Tensor, value: Pick<Value, "name" | "channelsFirst">): void {
    this.#values.set(tensor, { ...value, shape: [...tensor.shape] });
  }

  /** Says that `tensor`, just computed, depends on no image. */
  fold(tensor: unknown): void {
    this.#folded.add(tensor);
  }

  /** Adds a node with one output; returns the output's name. */
  node(operation: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodeOf(operation, inputs, 1, attributes)[0]!;
  }

  nodeOf(operation: string, inputs: readonly string[], outputs: number, attributes: Readonly<Record<string, OnnxAttribute>>): readonly string[] {
    const names = Array.from({ length: outputs }, () => `${operation}_${(this.#counter += 1)}`);
    this.#nodes.push({ operation, inputs, outputs: names, attributes });
    return names;
  }

  /** The value as a map [B,C,H,W]. */
  asMap(value: Value): string {
    if (value.shape.length !== mapRank) throw this.unsupported(`an operation on maps has an input of ${value.shape.length} dimensions`);
    return value.channelsFirst ? value.name : this.node("Transpose", [value.name], { perm: [0, 3, 1, 2] });
  }

  /** The value in TensorFlow's own order of dimensions. */
  asIs(value: Value): string {
    return value.channelsFirst ? this.node("Transpose", [value.name], { perm: [0, 2, 3, 1] }) : value.name;
  }

  /** A tensor that depends on no image, in a form of the graph. */
  constant(tensor: TensorLike, form: Form): string {
    const given = tensor as Tensor;
    if (given.id > this.#before && !this.#folded.has(given)) throw this.unsupported("a value comes from outside of the operations of @kdf/tensor");
    if (given.dtype !== "float32") throw this.unsupported(`a constant is of type ${given.dtype}`);
    const base = this.#weightNames.get(given) ?? this.#constantNames.get(given) ?? `constant_${this.#constantNames.size + 1}`;
    this.#constantNames.set(given, base);
    const known = [...this.#constants.values()].filter(({ name }) => name === base || name.startsWith(`${base}:`));
    const same = known.find((constant) => constant.form === form);
    if (same !== undefined) return same.name;
    const name = known.length === 0 ? base : `${base}:${form}`;
    this.#constants.set(name, { name, form, tensor: keep(clone(given)) });
    return name;
  }

  number(value: number): string {
    return this.#literal(`number_${value}`, [], Float32Array.of(value));
  }

  numbers(values: readonly number[]): string {
    return this.#literal(`sizes_${values.join("_")}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  unsupported(problem: string, expected = "a forward pass that every operation of which has a form in ONNX"): Error {
    return exportUnsupported({ model: this.#model, format: "ONNX", problem, expected });
  }

  /** The nodes that `output` needs, and their constants, read from the engine. */
  async collect(output: string): Promise<{ readonly nodes: readonly OnnxNode[]; readonly constants: readonly OnnxTensor[] }> {
    const needed = new Set([output]);
    const nodes = this.#nodes
      .toReversed()
      .filter(({ inputs, outputs }) => {
        const isNeeded = outputs.some((name) => needed.has(name));
        if (isNeeded) inputs.forEach((name) => needed.add(name));
        return isNeeded;
      })
      .toReversed();
    const constants: OnnxTensor[] = [...this.#literals.values()].filter(({ name }) => needed.has(name));
    for (const { name, form, tensor } of this.#constants.values()) {
      if (needed.has(name)) constants.push(arranged(name, tensor.shape, forms[form], (await read(tensor)) as Float32Array, form === "map"));
    }
    return { nodes, constants };
  }

  dispose(): void {
    for (const { tensor } of this.#constants.values()) tensor.dispose();
  }

  #literal(name: string, shape: readonly number[], data: OnnxTensor["data"]): string {
    this.#literals.set(name, { name, shape, data });
    return name;
  }
}

export const inputName = "images";

function arranged(name: string, shape: readonly number[], layout: Layout, data: Float32Array, isMap: boolean): OnnxTensor {
  const full = isMap ? [...Array<number>(mapRank - shape.length).fill(1), ...shape] : shape;
  return { name, shape: layout.referenceShape(full), data: toReference(data, full, layout) };
}
