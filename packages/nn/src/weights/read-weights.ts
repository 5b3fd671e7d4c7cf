import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { torchUnreadable, weightsUnreadable } from "@kdf/core";
import { readTorch, TorchTensor, type PickleValue } from "@kdf/formats";
import { decodeArray, decodeSafetensors, type StoredArray } from "../safetensors.js";
import { readBytes } from "../weights-file.js";

/** A state dict as somebody's file holds it. */
export interface StoredWeights {
  /** What the file is, in words. */
  readonly format: string;
  /** By the names that a network of the state dict has. Those of a PyTorch file are decoded when `data` is read. */
  readonly tensors: ReadonlyMap<string, StoredArray>;
  /** What stood before every name in the file, and was taken off. */
  readonly prefix: string;
  /** The entry of the file's dictionary that is the state dict; undefined where the file itself is. */
  readonly key: string | undefined;
  /** The file's other entries that are numbers or text: epoch, accuracy, … */
  readonly beside: Readonly<Record<string, string>>;
  /** Of a safetensors file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly sha256: string;
}

/** Where training scripts keep the state dict, the most usual first. */
const keys = ["model", "state_dict", "net", "model_state_dict"];
/** What wrappers put before every name: DataParallel, torch.compile, a module that holds the network. */
const prefixes = ["module.", "_orig_mod.", "model.", "net."];

/**
 * Reads a safetensors file, or a checkpoint of PyTorch, of which nothing is executed.
 * @param key the entry that is the state dict, where it is none of the usual ones
 * @throws KDF_WEIGHTS_UNREADABLE, KDF_TORCH_UNREADABLE, KDF_TORCH_REFUSED, KDF_ARCHIVE_UNSAFE
 */
export async function readWeights(file: string, key?: string): Promise<StoredWeights> {
  const stored = (await isTorch(file)) ? await fromTorch(file, key) : fromSafetensors(await readBytes(file), file);
  // kdf's own files have the network's names as they are.
  const { prefix, tensors } = stored.metadata["network"] === undefined ? withoutPrefix(stored.tensors) : { prefix: "", tensors: stored.tensors };
  return { ...stored, prefix, tensors, sha256: await hashOf(file) };
}

type Unhashed = Omit<StoredWeights, "prefix" | "sha256">;

function fromSafetensors(bytes: Uint8Array, file: string): Unhashed {
  return { format: "safetensors file", key: undefined, beside: {}, ...decodeSafetensors(bytes, file) };
}

async function fromTorch(file: string, wanted: string | undefined): Promise<Unhashed> {
  const { container, value } = await readTorch(file);
  const fault = (problem: string): Error => torchUnreadable({ file, problem });
  if (!(value instanceof Map)) throw fault("it holds no dictionary");
  const key = wanted ?? keys.find((name) => value.get(name) instanceof Map);
  const dictionary = key === undefined ? value : value.get(key);
  if (!(dictionary instanceof Map)) throw fault(`its entry ${key} is no dictionary; it has ${[...value.keys()].join(", ")}`);
  const tensors = new Map<string, StoredArray>();
  for (const [name, tensor] of dictionary) if (tensor instanceof TorchTensor) tensors.set(String(name), lazily(tensor));
  if (tensors.size === 0) throw fault(`there are no tensors ${key === undefined ? "among its entries" : `in its entry ${key}`}: ${[...dictionary.keys()].slice(0, 10).join(", ")}`);
  const beside = Object.fromEntries([...(key === undefined ? [] : value)].flatMap(([name, entry]) => told(entry).map((text) => [String(name), text])));
  return { format: `PyTorch checkpoint, ${container} container`, key, beside, metadata: {}, tensors };
}

/** Values that fit a line: numbers and text, also where they are a tensor of one element. */
function told(value: PickleValue): string[] {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return [String(value)];
  if (typeof value === "string" && value.length <= 80) return [value];
  if (value instanceof TorchTensor && value.shape.every((size) => size === 1)) return [String(lazily(value).data[0])];
  return [];
}

function lazily(tensor: TorchTensor): StoredArray {
  const { dtype, shape } = tensor;
  return {
    dtype,
    shape,
    get data() {
      return decodeArray(dtype, tensor.bytes());
    },
  };
}

function withoutPrefix(tensors: ReadonlyMap<string, StoredArray>): Pick<StoredWeights, "prefix" | "tensors"> {
  const found = prefixes.find((each) => [...tensors.keys()].every((name) => name.startsWith(each)));
  if (found === undefined || tensors.size === 0) return { prefix: "", tensors };
  const inner = withoutPrefix(new Map([...tensors].map(([name, tensor]) => [name.slice(found.length), tensor])));
  return { prefix: found + inner.prefix, tensors: inner.tensors };
}

/** By its name; else by what it begins with, a zip archive or a pickle of PyTorch's number. */
async function isTorch(file: string): Promise<boolean> {
  if (/[.](pth|pt|pth[.]tar|bin)$/.test(file)) return true;
  if (file.endsWith(".safetensors")) return false;
  const first = new Uint8Array(4);
  try {
    const handle = await open(file);
    await handle.read(first, 0, first.length, 0).finally(() => handle.close());
  } catch (cause) {
    throw weightsUnreadable({ file, problem: (cause as Error).message }, { cause });
  }
  const [one, two, three, four] = first;
  return (one === 0x50 && two === 0x4b) || (one === 0x80 && three === 0x8a && four === 10);
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
