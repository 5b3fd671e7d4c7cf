import { isKdfError, onnxUnreadable } from "@kdf/core";
import { PbfReader } from "pbf";
import type { OnnxDimension, OnnxValue } from "./model.js";

/** What a .onnx file says of itself: neither its operations nor its weights are looked at. */
export interface OnnxDescription {
  /** Inputs that are no weights. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The version of the standard operations. */
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}

type Wanted<Subject> = { -readonly [Key in keyof Subject]: Subject[Key] };

/** Reads the description of the model in `bytes`, the content of `file`. KDF_ONNX_UNREADABLE where it is none or cut off. */
export function describeOnnx(bytes: Uint8Array, file: string): OnnxDescription {
  const found = { inputs: [] as OnnxValue[], outputs: [] as OnnxValue[], weights: new Set<string>(), opset: undefined as number | undefined, metadata: {} as Record<string, string>, hasGraph: false };
  const unreadable = (problem: string): Error => onnxUnreadable({ file, problem });
  if (bytes.length === 0) throw unreadable("it is empty");
  const pbf = new PbfReader(bytes);
  /** The end of the message that begins here; it must not lie behind the end of the file. */
  const endOfMessage = (): number => {
    const length = pbf.readVarint();
    if (pbf.pos + length > bytes.length) throw unreadable(looksLikeModel(bytes) ? "it is cut off" : "its bytes are those of another format");
    return pbf.pos + length;
  };
  const read = <Subject>(field: (tag: number, subject: Subject) => void, subject: Subject): Subject => {
    pbf.readFields((tag, into) => field(tag, into), subject, endOfMessage());
    return subject;
  };

  const dimension = (tag: number, into: { size: OnnxDimension }): void => {
    if (tag === 1) into.size = pbf.readVarint(true);
    else if (tag === 2) into.size = pbf.readString();
  };
  const shape = (tag: number, into: OnnxDimension[]): void => {
    if (tag === 1) into.push(read(dimension, { size: undefined as OnnxDimension }).size);
  };
  const tensorType = (tag: number, into: Wanted<OnnxValue>): void => {
    if (tag === 1) into.element = pbf.readVarint();
    else if (tag === 2) into.shape = read(shape, [] as OnnxDimension[]);
  };
  const type = (tag: number, into: Wanted<OnnxValue>): void => {
    if (tag === 1) read(tensorType, into);
  };
  const value = (tag: number, into: Wanted<OnnxValue>): void => {
    if (tag === 1) into.name = pbf.readString();
    else if (tag === 2) read(type, into);
  };
  const tensor = (tag: number, into: { name: string; isExternal: boolean }): void => {
    if (tag === 8) into.name = pbf.readString();
    else if (tag === 14) into.isExternal = pbf.readVarint() === 1;
    else if (tag === 9) pbf.pos = endOfMessage();
  };
  const graph = (tag: number): void => {
    if (tag === 5) {
      const { name, isExternal } = read(tensor, { name: "", isExternal: false });
      if (isExternal) throw unreadable(`its weights (${name}) lie in another file`);
      found.weights.add(name);
    } else if (tag === 11) found.inputs.push(read(value, { name: "", element: 0, shape: undefined }));
    else if (tag === 12) found.outputs.push(read(value, { name: "", element: 0, shape: undefined }));
  };
  const opset = (tag: number, into: { domain: string; version: number }): void => {
    if (tag === 1) into.domain = pbf.readString();
    else if (tag === 2) into.version = pbf.readVarint();
  };
  const entry = (tag: number, into: { key: string; value: string }): void => {
    if (tag === 1) into.key = pbf.readString();
    else if (tag === 2) into.value = pbf.readString();
  };
  try {
    pbf.readFields((tag) => {
      if (tag === 7) {
        found.hasGraph = true;
        read(graph, undefined);
      } else if (tag === 8) {
        const { domain, version } = read(opset, { domain: "", version: 0 });
        if (domain === "" || domain === "ai.onnx") found.opset = version;
      } else if (tag === 14) {
        const { key, value: text } = read(entry, { key: "", value: "" });
        found.metadata[key] = text;
      }
    }, undefined);
  } catch (error) {
    if (isKdfError(error)) throw error;
    throw onnxUnreadable({ file, problem: `its bytes are those of another format, or damaged (${(error as Error).message})` }, { cause: error });
  }
  if (pbf.pos > bytes.length) throw unreadable("it is cut off");
  if (!found.hasGraph || found.opset === undefined) throw unreadable(found.hasGraph ? "it says no version of its operations" : "it holds no graph");
  const { weights, inputs, outputs, metadata } = found;
  return { inputs: inputs.filter(({ name }) => !weights.has(name)), outputs, opset: found.opset, metadata };
}

/** Field 1, the format's version, comes first in what every exporter writes. */
const looksLikeModel = (bytes: Uint8Array): boolean => bytes[0] === 0x08;
