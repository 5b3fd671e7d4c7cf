import { open } from "node:fs/promises";
import { weightsUnreadable } from "@kdf/core";

/**
 * The safetensors format (https://github.com/huggingface/safetensors): eight bytes with the length N of the header,
 * little-endian; N bytes of JSON that give each tensor's dtype, shape and place; the tensors, row-major and
 * little-endian, without holes or overlaps. `__metadata__` holds strings.
 */
export type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface StoredArray {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Row-major. F32, F16 and BF16 are Float32Array; F64 and I64 Float64Array; I32, I16 and I8 Int32Array; U8 and BOOL Uint8Array. */
  readonly data: NumberArray;
}

/** What is written. */
export interface NamedArray extends StoredArray {
  readonly dtype: "F32" | "I32" | "I64";
}

export interface Safetensors {
  readonly tensors: Map<string, StoredArray>;
  readonly metadata: Record<string, string>;
}

interface Encoding {
  readonly bytes: number;
  decode(raw: ArrayBuffer): NumberArray;
}

const encodings = {
  F64: { bytes: 8, decode: (raw) => new Float64Array(raw) },
  F32: { bytes: 4, decode: (raw) => new Float32Array(raw) },
  F16: { bytes: 2, decode: (raw) => Float32Array.from(new Uint16Array(raw), half) },
  BF16: { bytes: 2, decode: brainFloats },
  I64: { bytes: 8, decode: (raw) => Float64Array.from(new BigInt64Array(raw), exactly) },
  I32: { bytes: 4, decode: (raw) => new Int32Array(raw) },
  I16: { bytes: 2, decode: (raw) => Int32Array.from(new Int16Array(raw)) },
  I8: { bytes: 1, decode: (raw) => Int32Array.from(new Int8Array(raw)) },
  U8: { bytes: 1, decode: (raw) => new Uint8Array(raw) },
  BOOL: { bytes: 1, decode: (raw) => new Uint8Array(raw) },
} as const satisfies Record<string, Encoding>;

export type StoredType = keyof typeof encodings;

const headerLimit = 100_000_000;
const sizeOfLength = 8;

/** What is wrong with a file; `decodeSafetensors` adds the file's name. */
class Malformed extends Error {}

function demand(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Malformed(problem);
}

/** Reads a whole file's bytes. `file` names it in KDF_WEIGHTS_UNREADABLE. The arrays are copies. */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  try {
    const { header, body } = parts(bytes);
    const { __metadata__: metadata = {}, ...entries } = header;
    demand(isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string"), "its metadata are not strings");
    const places = Object.entries(entries).map(([name, entry]) => place(name, entry));
    demandContiguous(places, body.length);
    const tensors = new Map<string, StoredArray>();
    for (const { name, dtype, shape, begin, end } of places) {
      const raw = body.buffer.slice(body.byteOffset + begin, body.byteOffset + end) as ArrayBuffer;
      tensors.set(name, { dtype, shape, data: encodings[dtype].decode(raw) });
    }
    return { tensors, metadata: metadata as Record<string, string> };
  } catch (error) {
    if (error instanceof Malformed) throw weightsUnreadable({ file, problem: error.message }, { cause: error });
    throw error;
  }
}

/** Row-major little-endian values as numbers. */
export const decodeArray = (dtype: StoredType, raw: ArrayBuffer): NumberArray => encodings[dtype].decode(raw);

function parts(bytes: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  demand(bytes.length >= sizeOfLength, `it has ${bytes.length} bytes and ends before its header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, sizeOfLength).getBigUint64(0, true);
  demand(length <= headerLimit, `its first eight bytes promise a header of ${length} bytes, more than ${headerLimit}`);
  const end = sizeOfLength + Number(length);
  demand(end <= bytes.length, `its header should end at byte ${end}, the file ends at byte ${bytes.length}: it is truncated`);
  return { header: parseHeader(bytes.subarray(sizeOfLength, end)), body: bytes.subarray(end) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Malformed("its header is not JSON in UTF-8");
  }
  demand(isRecord(header), "its header is not a JSON object");
  return header;
}

/** The metadata of a file, of which the tensors are not read. @throws Error for what is no such file */
export async function readMetadata(file: string): Promise<Record<string, string>> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(new Uint8Array(sizeOfLength), 0, sizeOfLength, 0);
    const length = new DataView(buffer.buffer).getBigUint64(0, true);
    demand(length <= headerLimit, "its header is too long");
    const header = await handle.read(new Uint8Array(Number(length)), 0, Number(length), sizeOfLength);
    return (parseHeader(header.buffer)["__metadata__"] ?? {}) as Record<string, string>;
  } finally {
    await handle.close();
  }
}

interface Place {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function place(name: string, entry: unknown): Place {
  const about = `tensor ${JSON.stringify(name)}`;
  demand(isRecord(entry), `${about} is not described by an object`);
  const { dtype, shape, data_offsets: offsets, ...unknown } = entry;
  demand(Object.keys(unknown).length === 0, `${about} has the unknown field ${Object.keys(unknown)[0]}`);
  demand(isStoredType(dtype), `${about} has the dtype ${JSON.stringify(dtype)}, not one of ${Object.keys(encodings).join(", ")}`);
  demand(isSizes(shape), `${about} has the shape ${JSON.stringify(shape)}`);
  demand(isSizes(offsets) && offsets.length === 2, `${about} has the offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const bytes = elements(shape) * encodings[dtype].bytes;
  demand(
    end - begin === bytes,
    `${about} takes the bytes ${begin} to ${end}, but ${dtype} of shape [${shape.join(", ")}] needs ${bytes}`,
  );
  return { name, dtype, shape, begin, end };
}

function demandContiguous(places: readonly Place[], length: number): void {
  let position = 0;
  for (const { name, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const fault = begin > position ? "after a hole" : "inside another tensor";
    demand(begin === position, `tensor ${JSON.stringify(name)} begins at byte ${begin}, ${fault}; expected ${position}`);
    position = end;
  }
  demand(
    position === length,
    position > length
      ? `its tensors take ${position} bytes, ${length} are there: it is truncated`
      : `its tensors take ${position} bytes and ${length - position} more follow`,
  );
}

/**
 * The bytes of a file with these tensors. Eight-byte types come first and the header is padded, so that every tensor
 * is aligned; else the order is that of the map. I64 takes whole numbers from any array.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(([, a], [, b]) => encodings[b.dtype].bytes - encodings[a.dtype].bytes);
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set("__metadata__", metadata);
  let position = 0;
  const pieces = ordered.map(([name, { dtype, shape, data }]) => {
    if (elements(shape) !== data.length) throw new RangeError(`${name}: ${data.length} values for shape [${shape.join(", ")}]`);
    const bytes = encode(dtype, data);
    header.set(name, { dtype, shape, data_offsets: [position, position + bytes.length] });
    position += bytes.length;
    return bytes;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(sizeOfLength + padded + position).fill(0x20, sizeOfLength, sizeOfLength + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, sizeOfLength);
  let offset = sizeOfLength + padded;
  for (const piece of pieces) {
    file.set(piece, offset);
    offset += piece.length;
  }
  return file;
}

function encode(dtype: NamedArray["dtype"], data: NumberArray): Uint8Array {
  const values = typed(dtype, data);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function typed(dtype: NamedArray["dtype"], data: NumberArray): Float32Array | Int32Array | BigInt64Array {
  if (dtype === "I64") return BigInt64Array.from(Array.from(data, BigInt));
  if (dtype === "I32") return data instanceof Int32Array ? data : new Int32Array(data);
  return data instanceof Float32Array ? data : new Float32Array(data);
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isStoredType = (value: unknown): value is StoredType => typeof value === "string" && Object.hasOwn(encodings, value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of mantissa. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function brainFloats(raw: ArrayBuffer): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(raw), (bits) => bits << 16).buffer);
}

function exactly(value: bigint): number {
  const number = Number(value);
  demand(Number.isSafeInteger(number), `it holds the whole number ${value}, which a double does not hold exactly`);
  return number;
}
