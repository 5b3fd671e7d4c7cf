import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "./recording.js";
import { unwrap, type Tensor } from "./tensor.js";

type Holder = TensorLike | readonly Holder[] | { readonly [key: string]: Holder } | undefined | void | null | number;

/**
 * Runs `body` and disposes every tensor it made, except those that it returns (alone, in arrays or in plain objects).
 * Synchronous only: no scope is ever held across an `await`.
 */
export function scope<T extends Holder>(body: () => T): T {
  return tf.tidy(body as () => tf.TensorContainer) as T;
}

/** Excepts `value` from the scopes around it; whoever keeps it disposes it. */
export function keep<T extends TensorLike>(value: T): T {
  return tf.keep(unwrap(value)) as TensorLike as T;
}

/** Disposes every tensor found in `value`. A tensor that is disposed already is passed over. */
export function disposeAll(value: Holder): void {
  tf.dispose(value as tf.TensorContainer);
}

/** Tensors alive in this process. */
export function tensorCount(): number {
  return tf.memory().numTensors;
}

/** Bytes of the tensors alive in this process; what two handles share counts twice. */
export function tensorBytes(): number {
  return tf.memory().numBytes;
}

/** The values, row-major. The only ways from tensors to numbers; only the trainer and tests call them. */
export async function read(value: TensorLike): Promise<Float32Array | Int32Array> {
  return (await unwrap(value).data()) as Float32Array | Int32Array;
}

/** As `read`, blocking. For tests and for engines whose data is in memory anyway. */
export function readNow(value: TensorLike): Float32Array | Int32Array {
  return unwrap(value).dataSync() as Float32Array | Int32Array;
}

/** A new handle of the same data. */
export const clone = recordable("clone", (value: TensorLike): Tensor => {
  return tf.clone(unwrap(value));
});
