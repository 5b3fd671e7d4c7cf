import type { ImageSource } from "@kdf/core";
import { callAsyncHook } from "./hook.js";

/** The same images; a read that fails names the data set. */
export function namedSource(source: ImageSource, dataset: string): ImageSource {
  const { length, labels, identities } = source;
  return {
    length,
    labels,
    identities,
    read: (rows) => callAsyncHook({ plugin: `dataset ${dataset}`, hook: "read", where: `${rows.length} images` }, () => source.read(rows)),
  };
}
