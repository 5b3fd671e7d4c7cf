import { isKdfError, type Augmenter, type Role, type TensorLike } from "@kdf/core";
import { callTensorHook, type HookSite } from "../hook.js";
import type { ProbeInputs } from "./inputs.js";

const originalLogits = "original.teacher.logits";
const batchNames = ["images", "labels", originalLogits];

const poolNames = (inputs: ProbeInputs): string[] => [...inputs.arrays.keys()].filter((name) => name.startsWith("pool."));

/** Refuses arrays of the batch, or of the pool, that differ in rows, and a pool that is smaller than its batch. */
export function checkRows(inputs: ProbeInputs): void {
  const size = inputs.commonRows(batchNames);
  const rows = inputs.commonRows(poolNames(inputs));
  if (size !== undefined && rows !== undefined && rows < size) {
    throw inputs.invalid(`its pool has ${rows} rows for a batch of ${size}`, "as many rows in the pool as in the batch, or more");
  }
}

/** What is recorded of a pool [P,…]: logits, and perhaps its images and the batch rows that they come from. */
export class RecordedPool {
  readonly rows: number;
  /** B, where something of the batch is recorded. */
  readonly batchSize: number | undefined;
  /** [P,H,W,C], where recorded. */
  readonly images: TensorLike | undefined;
  readonly #inputs: ProbeInputs;
  readonly #augmenter: Augmenter;
  readonly #logits: Partial<Record<Role, TensorLike>> = {};
  readonly #original: TensorLike | undefined;

  /** `own` is given every tensor that is made; the pool must hold something. */
  constructor(inputs: ProbeInputs, augmenter: Augmenter, own: (tensor: TensorLike) => TensorLike) {
    this.#inputs = inputs;
    this.#augmenter = augmenter;
    this.rows = inputs.commonRows(poolNames(inputs))!;
    this.batchSize = inputs.commonRows(batchNames);
    for (const { role } of augmenter.needs ?? []) this.#logits[role] = own(inputs.tensor(`pool.${role}.logits`, "[P,K]"));
    this.images = inputs.has("pool.images") ? own(inputs.tensor("pool.images", "[P,H,W,C]")) : undefined;
    this.#original = inputs.has(originalLogits) ? own(inputs.tensor(originalLogits, "[B,K]")) : undefined;
    this.#checkClasses();
  }

  /** The batch row of each pool row: as recorded, else whole batches one after another. */
  batchRows(size: number): number[] {
    if (!this.#inputs.has("pool.rows")) return Array.from({ length: this.rows }, (_, row) => row % size);
    const rows = [...this.#inputs.numbers("pool.rows", "[P]")];
    const outside = rows.find((row) => row < 0 || row >= size);
    if (outside !== undefined) throw this.#inputs.invalid(`pool.rows holds ${outside}`, `rows of the batch, 0 to ${size - 1}`);
    return rows;
  }

  /** The rows that the augmenter keeps, owned by the caller. What it looks for in vain is KDF_PROBE_INPUT_INVALID. */
  select(site: HookSite, pool: { readonly images: TensorLike | undefined; readonly rows: readonly number[] }, size: number): TensorLike {
    const invalid = (name: string): Error => this.#inputs.invalid(`it has no ${name}, which the selection reads`, `${name} [${name === originalLogits ? "B,K" : "P,H,W,C"}]`);
    const given = this.#original;
    let missed = false;
    const original = {
      get teacher(): TensorLike {
        missed = given === undefined;
        // The contract allows it to be absent: only a selection that fails without it is refused.
        return given!;
      },
    };
    const known = {
      rows: pool.rows,
      get images(): TensorLike {
        if (pool.images === undefined) throw invalid("pool.images");
        return pool.images;
      },
    };
    try {
      return callTensorHook(site, () => this.#augmenter.select!(known, { pool: this.#logits, original }, size));
    } catch (error) {
      if (missed && isKdfError(error) && error.code === "KDF_PLUGIN_THREW") throw invalid(originalLogits);
      throw error;
    }
  }

  #checkClasses(): void {
    const logits = [...Object.entries(this.#logits).map(([role, tensor]) => [`pool.${role}.logits`, tensor] as const), ...(this.#original ? [[originalLogits, this.#original] as const] : [])];
    const other = logits.find(([, tensor]) => tensor.shape[1] !== logits[0]![1].shape[1]);
    if (other === undefined) return;
    const [name, tensor] = logits[0]!;
    throw this.#inputs.invalid(`${name} has ${tensor.shape[1]} classes, ${other[0]} has ${other[1].shape[1]}`, "the same classes everywhere");
  }
}
