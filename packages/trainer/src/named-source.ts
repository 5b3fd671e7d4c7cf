import type { ImageSource } from "@kdf/core";
import { callAsyncHook } from "./hook.js";

/** The same images; a read that fails names the data set. */
export function namedSource(source: ImageSource, dataset: string): ImageSource {
  const { length, labels, identities } = source;
  const where = (rows: Int32Array): string => `${rows.length} images`;
  const plugin = `dataset ${dataset}`;
  return {
    length,
    labels,
    identities,
    read: (rows) => callAsyncHook({ plugin, hook: "read", where: where(rows) }, () => source.read(rows)),
    ...(source.readCropped && {
      readCropped: (rows, draws) => callAsyncHook({ plugin, hook: "readCropped", where: where(rows) }, () => source.readCropped!(rows, draws)),
    }),
  };
}
