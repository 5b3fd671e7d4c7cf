import type { ModelDescription, ModelOutputs, Teacher, TeacherModel, TensorLike } from "@kdf/core";
import { add, averagePool, floats, matrixMultiply, reshape, scope, type Tensor } from "@kdf/tensor";
import { z } from "zod";
import { boringMean, boringStd, shapeOptions } from "./dataset.js";
import { band } from "./images.js";

export const teacherOptions = z.strictObject({
  ...shapeOptions,
  sharpness: z.number().positive().default(12).describe("how sure it is: the logit of a class is this times its band's brightness"),
});
export type TeacherOptions = z.infer<typeof teacherOptions>;

/** Knows the boring classes without having learned them. Tap: `map`, the image at half its size. */
export class BoringTeacher implements Teacher {
  readonly #options: TeacherOptions;

  constructor(options: TeacherOptions) {
    this.#options = options;
  }

  async open(): Promise<TeacherModel> {
    return new BoringTeacherModel(this.#options);
  }
}

class BoringTeacherModel implements TeacherModel {
  readonly description: ModelDescription;
  readonly provenance = { dataset: "boring", made: "by formula" };
  readonly #weights: Tensor;
  readonly #biases: Tensor;

  constructor(options: TeacherOptions) {
    const { classes, size, channels, sharpness } = options;
    const input = { size, channels, mean: Array<number>(channels).fill(boringMean), std: Array<number>(channels).fill(boringStd) };
    const half = Math.floor(size / 2);
    this.description = { network: "boring-teacher", input, classes, taps: { map: [half, half, channels] } };
    // The logit is the mean brightness of the class's band: (x·std + mean) / pixels, summed over them.
    const rowLength = size * channels;
    const weights = new Float32Array(size * rowLength * classes);
    for (let label = 0; label < classes; label += 1) {
      const [begin, end] = band(options, label);
      const share = (sharpness * boringStd) / ((end - begin) * rowLength);
      for (let place = begin * rowLength; place < end * rowLength; place += 1) weights[place * classes + label] = share;
    }
    this.#weights = floats(weights, [size * rowLength, classes]);
    this.#biases = floats(Array<number>(classes).fill(sharpness * boringMean), [classes]);
  }

  forward(images: TensorLike, { taps }: { readonly taps: readonly string[] }): ModelOutputs {
    return scope(() => {
      const [rows = 0, ...rest] = images.shape;
      const pixels = reshape(images, [rows, rest.reduce((product, length) => product * length, 1)]);
      return {
        logits: add(matrixMultiply(pixels, this.#weights), this.#biases),
        taps: taps.includes("map") ? { map: averagePool(images, 2) } : {},
      };
    }) as ModelOutputs;
  }

  dispose(): void {
    this.#weights.dispose();
    this.#biases.dispose();
  }
}
