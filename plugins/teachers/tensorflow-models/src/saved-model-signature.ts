import { PbfReader } from "pbf";

/** One input or output of a signature. */
export interface SignatureTensor {
  /** The caller's name for it. */
  readonly key: string;
  /** The tensor in the graph: `serving_default_images:0`. */
  readonly name: string;
  /** DataType of TensorFlow; 1 is float32. */
  readonly type: number;
  /** null where a dimension is open; undefined where the rank is. */
  readonly shape: readonly (number | null)[] | undefined;
}

export interface Signature {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
}

/** One graph of a SavedModel. */
export interface MetaGraph {
  readonly tags: readonly string[];
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The TensorFlow that wrote it. */
  readonly version: string;
}

/**
 * The graphs of a saved_model.pb, as saved_model.proto and meta_graph.proto of TensorFlow describe it. The graphs
 * themselves are passed over. @throws Error for what is no such file or cut off
 */
export function readMetaGraphs(bytes: Uint8Array): MetaGraph[] {
  const pbf = new PbfReader(bytes);
  const message = <Into>(field: (tag: number, into: Into) => void, into: Into): Into => {
    const end = pbf.readVarint() + pbf.pos;
    if (end > bytes.length) throw new Error("it is cut off, or of another format");
    pbf.readFields(field, into, end);
    return into;
  };
  const dimension = (tag: number, into: { size: number }): void => {
    // A negative number is written as a varint of 64 bits.
    if (tag === 1) into.size = pbf.readVarint(true);
  };
  const shape = (tag: number, into: { sizes: (number | null)[]; isOpen: boolean }): void => {
    if (tag === 2) {
      const { size } = message(dimension, { size: 0 });
      into.sizes.push(size < 0 ? null : size);
    } else if (tag === 3) into.isOpen = pbf.readBoolean();
  };
  const tensor = (tag: number, into: { name: string; type: number; shape: (number | null)[] | undefined }): void => {
    if (tag === 1) into.name = pbf.readString();
    else if (tag === 2) into.type = pbf.readVarint();
    else if (tag === 3) {
      const { sizes, isOpen } = message(shape, { sizes: [] as (number | null)[], isOpen: false });
      into.shape = isOpen ? undefined : sizes;
    }
  };
  const entry = (tag: number, into: { key: string; value: Omit<SignatureTensor, "key"> }): void => {
    if (tag === 1) into.key = pbf.readString();
    else if (tag === 2) into.value = message(tensor, { name: "", type: 0, shape: undefined });
  };
  const tensors = (): SignatureTensor => {
    const { key, value } = message(entry, { key: "", value: { name: "", type: 0, shape: undefined } });
    return { key, ...value };
  };
  const signature = (tag: number, into: { inputs: SignatureTensor[]; outputs: SignatureTensor[] }): void => {
    if (tag === 1) into.inputs.push(tensors());
    else if (tag === 2) into.outputs.push(tensors());
  };
  const named = (tag: number, into: { key: string; value: Signature }): void => {
    if (tag === 1) into.key = pbf.readString();
    else if (tag === 2) into.value = message(signature, { inputs: [], outputs: [] });
  };
  const information = (tag: number, into: { tags: string[]; version: string }): void => {
    if (tag === 4) into.tags.push(pbf.readString());
    else if (tag === 5) into.version = pbf.readString();
  };
  const graph = (tag: number, into: { tags: string[]; version: string; signatures: Record<string, Signature> }): void => {
    if (tag === 1) message(information, into);
    else if (tag === 5) {
      const { key, value } = message(named, { key: "", value: { inputs: [], outputs: [] } });
      into.signatures[key] = value;
    }
  };
  const graphs: MetaGraph[] = [];
  pbf.readFields((tag) => {
    if (tag === 2) graphs.push(message(graph, { tags: [], version: "", signatures: {} }));
  }, undefined);
  if (pbf.pos > bytes.length || graphs.length === 0) throw new Error(graphs.length === 0 ? "it holds no graph" : "it is cut off");
  return graphs;
}
