import type { Augmenter, Batch, BatchInfo, Json, Pool, RandomStream, SelectionNeed, SelectionOutputs, TensorLike } from "@kdf/core";
import { clone, integers, multiply, scope, slice } from "@kdf/tensor";
import { Fault, faultOptions, type FaultOptions } from "./fault.js";

export const faultyAugmenterOptions = faultOptions(["create", "sample", "propose", "select", "save", "restore", "dispose"]);

/** Gives the images as they are, until it fails. It picks, by the teacher, when it is in picking that it fails. */
export class FaultyAugmenter implements Augmenter {
  readonly needs?: readonly SelectionNeed[];
  readonly select?: (pool: Pool, outputs: SelectionOutputs, size: number) => TensorLike;
  readonly #fault: Fault;

  constructor(options: FaultOptions) {
    this.#fault = new Fault(options);
    this.#fault.strike("create");
    if (options.hook === "select") {
      this.needs = [{ role: "teacher", mode: "eval" }];
      this.select = (_pool, _outputs, size) => {
        const kept = this.#fault.strike("select") === undefined ? size : size + 1;
        return integers(Array.from({ length: kept }, (_, row) => row % size), [kept]);
      };
    }
  }

  sample(_stream: RandomStream, _info: BatchInfo): Json {
    this.#fault.strike("sample");
    return null;
  }

  propose(_plan: Json, { images }: Batch): Pool {
    const fault = this.#fault.strike("propose");
    const [size = 0, ...rest] = images.shape;
    const rows = Array.from({ length: size }, (_, row) => row);
    if (fault === "misshapen") return { images: slice(images, [0, 0, 0, 0], [size, 1, ...rest.slice(1)]), rows };
    return { images: fault === undefined ? clone(images) : scope(() => multiply(images, Number.NaN)), rows };
  }

  save(): Json {
    this.#fault.strike("save");
    return null;
  }

  restore(_state: Json): void {
    this.#fault.strike("restore");
  }

  dispose(): void {
    this.#fault.strike("dispose");
  }
}
