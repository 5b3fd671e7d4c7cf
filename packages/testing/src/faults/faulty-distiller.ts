import type { BatchInfo, Distiller, DistillerSubject, Json, LossContext, PreparedDistiller, RandomStream, StateUpdate, TensorLike, Views } from "@kdf/core";
import { clone, crossEntropy, multiply, reshape, scope, slice, zeros } from "@kdf/tensor";
import { Fault, faultOptions, type FaultOptions } from "./fault.js";

export const faultyDistillerOptions = faultOptions(["create", "prepare", "sample", "apply", "losses", "weight", "update"]);

/** Trains by cross-entropy on the original images and on a copy of them, until it fails. */
export class FaultyDistiller implements Distiller {
  readonly #fault: Fault;

  constructor(options: FaultOptions) {
    this.#fault = new Fault(options);
    this.#fault.strike("create");
  }

  prepare(_subject: DistillerSubject): PreparedDistiller {
    this.#fault.strike("prepare");
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: { nothing: zeros([1]) },
      views: [
        {
          id: "copy",
          from: "original",
          roles: ["student"],
          sample: (_stream: RandomStream, _info: BatchInfo): Json => {
            this.#fault.strike("sample");
            return null;
          },
          apply: (_plan: Json, images: TensorLike): TensorLike => this.#apply(images),
        },
      ],
      stages: [{ id: "only", trains: ["student"], views: ["original", "copy"], losses: ["crossEntropy.original", "crossEntropy.copy"] }],
      losses: (views, context) => this.#losses(views, context),
      weight: () => (this.#fault.strike("weight") === undefined ? 1 : Number.NaN),
      update: () => this.#update(),
    };
  }

  #apply(images: TensorLike): TensorLike {
    const fault = this.#fault.strike("apply");
    const [size = 0, , ...rest] = images.shape;
    if (fault === "misshapen") return slice(images, [0, 0, 0, 0], [size, 1, ...rest]);
    return fault === undefined ? clone(images) : scope(() => multiply(images, Number.NaN));
  }

  #losses(views: Views, { labels }: LossContext): Record<string, TensorLike> {
    const fault = this.#fault.strike("losses");
    const original = crossEntropy(views["original"]!.student!.logits, labels);
    const copy = crossEntropy(views["copy"]!.student!.logits, labels);
    if (fault === "misshapen") return { "crossEntropy.original": original, "crossEntropy.copy": reshape(copy, [1]) };
    return { "crossEntropy.original": original, "crossEntropy.copy": fault === undefined ? copy : multiply(copy, Number.NaN) };
  }

  #update(): Readonly<Record<string, StateUpdate>> {
    const fault = this.#fault.strike("update");
    return { nothing: { value: zeros(fault === "misshapen" ? [2] : [1]) } };
  }
}
