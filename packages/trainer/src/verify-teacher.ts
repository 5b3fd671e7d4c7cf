import { readFile } from "node:fs/promises";
import { pairInvalid, type TeacherModel } from "@kdf/core";
import { decodeSafetensors, type StoredArray } from "@kdf/nn";
import { disposeAll, floats, read } from "@kdf/tensor";

export type ImageLayout = "NCHW" | "NHWC";

/** Images and what another tool got of them. */
export interface Pair {
  /** safetensors with `input`, `logits`, and `logitsFloat32` where `logits` are of a higher precision. */
  readonly file: string;
  /** Order of the dimensions of `input`, where the shape leaves it open. */
  readonly layout?: ImageLayout;
}

/** How far a teacher's logits are from those of a pair. */
export interface Verification {
  readonly images: number;
  readonly layout: ImageLayout;
  readonly largestDifference: number;
  /** ‖ours − logits‖ / ‖logits‖ */
  readonly relativeDifference: number;
  /** max(1e-5, 3 x the relative difference of `logitsFloat32`): the rule by which kdf is compared with PyTorch. */
  readonly allowed: number;
  /** relativeDifference / allowed: they agree up to 1. */
  readonly quotient: number;
}

/** Compares the logits of `model` for the pair's images, which are as the model is fed them, with the pair's. KDF_PAIR_INVALID. */
export async function verifyTeacher(model: TeacherModel, { file, layout: asked }: Pair): Promise<Verification> {
  const { size, channels } = model.description.input;
  const { classes } = model.description;
  const expected = `tensors input [B,${channels},${size},${size}] or [B,${size},${size},${channels}] and logits [B,${classes}]`;
  const invalid = (problem: string): Error => pairInvalid({ file, problem, expected });
  const { tensors } = decodeSafetensors(
    await readFile(file).catch((error: Error) => {
      throw invalid(error.message);
    }),
    file,
  );
  const tensor = (name: string): StoredArray => {
    const found = tensors.get(name);
    if (found === undefined) throw invalid(`it has no tensor ${name}`);
    return found;
  };
  const [input, logits] = [tensor("input"), tensor("logits")];
  const rows = input.shape[0] ?? 0;
  const fits = (layout: ImageLayout): boolean => input.shape.join() === (layout === "NCHW" ? [rows, channels, size, size] : [rows, size, size, channels]).join();
  const layouts = (["NCHW", "NHWC"] as const).filter((layout) => fits(layout) && (asked === undefined || asked === layout));
  const [layout] = layouts;
  if (layout === undefined) throw invalid(`input is [${input.shape.join(",")}]${asked === undefined ? "" : `, which is not ${asked}`}`);
  if (layouts.length > 1) throw invalid(`input [${input.shape.join(",")}] may be NCHW or NHWC: say it with --layout`);
  for (const name of ["logits", ...(tensors.has("logitsFloat32") ? ["logitsFloat32"] : [])]) {
    if (tensor(name).shape.join() !== [rows, classes].join()) throw invalid(`${name} is [${tensor(name).shape.join(",")}]`);
  }
  const ours = await logitsOf(model, nhwc(input, layout), [rows, size, size, channels]);
  const own = tensors.has("logitsFloat32") ? relativeDifference(tensor("logitsFloat32").data, logits.data) : 0;
  const relative = relativeDifference(ours, logits.data);
  const allowed = Math.max(1e-5, 3 * own);
  let largest = 0;
  for (const [place, value] of ours.entries()) largest = Math.max(largest, Math.abs(value - logits.data[place]!));
  return { images: rows, layout, largestDifference: largest, relativeDifference: relative, allowed, quotient: relative / allowed };
}

async function logitsOf(model: TeacherModel, values: Float32Array, shape: readonly number[]): Promise<Float32Array | Int32Array> {
  const images = floats(values, shape);
  try {
    const { logits } = await model.forward(images, { taps: [] });
    try {
      return await read(logits);
    } finally {
      disposeAll(logits);
    }
  } finally {
    images.dispose();
  }
}

function nhwc({ data, shape }: StoredArray, layout: ImageLayout): Float32Array {
  if (layout === "NHWC") return Float32Array.from(data);
  const [rows, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (row * channels + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel += 1) result[(row * plane + pixel) * channels + channel] = data[from + pixel]!;
    }
  }
  return result;
}

function relativeDifference(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let place = 0; place < reference.length; place += 1) {
    difference += (values[place]! - reference[place]!) ** 2;
    size += reference[place]! ** 2;
  }
  return Math.sqrt(difference) / Math.sqrt(size);
}
