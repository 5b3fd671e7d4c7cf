import { open, readFile } from "node:fs/promises";
import { isKdfError, torchRefused, torchUnreadable } from "@kdf/core";
import { ZipArchive } from "../archive/zip.js";
import { readFirstPickle, type PickleValue } from "../pickle/read-pickle.js";
import { storageOf, textOf, torchGlobals } from "./globals.js";
import type { TorchStorage } from "./tensor.js";

/** What `torch.save` wrote. */
export interface TorchFile {
  /** `zip` since PyTorch 1.6, `legacy` before. */
  readonly container: "zip" | "legacy";
  /** Dictionaries are maps, lists and tuples arrays. */
  readonly value: PickleValue;
}

/**
 * Reads a `.pth` or `.pt` file. Of the pickle within, only tensors, dictionaries, lists, numbers and text are known;
 * whatever else it names is refused, and nothing is executed.
 * @throws KDF_TORCH_REFUSED names what the pickle asks for; KDF_TORCH_UNREADABLE for damaged files and those of other kinds;
 *   KDF_ARCHIVE_UNSAFE for archives with names that lead out of a folder, and for more bytes than the file has
 */
export async function readTorch(file: string): Promise<TorchFile> {
  const { size, isZip } = await lookAt(file);
  try {
    if (isZip) return { container: "zip", value: await readZip(file, size) };
    return { container: "legacy", value: readLegacy(await readFile(file), file) };
  } catch (error) {
    throw explained(error, file);
  }
}

async function lookAt(file: string): Promise<{ readonly size: number; readonly isZip: boolean }> {
  try {
    const handle = await open(file);
    try {
      const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return { size: (await handle.stat()).size, isZip: buffer.toString("latin1") === "PK" };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw torchUnreadable({ file, problem: (cause as Error).message }, { cause });
  }
}

/** What a pickle names is one thing, damage another. */
function explained(error: unknown, file: string): unknown {
  if (!isKdfError(error)) return (error as NodeJS.ErrnoException).syscall === undefined ? torchUnreadable({ file, problem: (error as Error).message }, { cause: error }) : error;
  if (error.code === "KDF_DATA_FILE_INVALID") return torchUnreadable({ file, problem: error.explanation.happened.replace(/^.*is not valid: /, "").replace(/[.]$/, "") }, { cause: error });
  if (error.code !== "KDF_PICKLE_REFUSED") return error;
  const problem = (error.cause as Error).message;
  return named.test(problem) ? torchRefused({ file, problem }, { cause: error }) : torchUnreadable({ file, problem }, { cause: error });
}

const named = /^it (names the Python object|holds a whole module)/;

/** A zip archive: NAME/data.pkl, and each storage as NAME/data/KEY. */
async function readZip(file: string, size: number): Promise<PickleValue> {
  // Members are stored as they are, so that together they are smaller than the file.
  const archive = await ZipArchive.open(file, { largest: size });
  try {
    const paths = archive.members.map(({ path }) => path);
    const [pickle, ...others] = paths.filter((path) => /^[^/]+\/data[.]pkl$/.test(path));
    if (pickle === undefined || others.length > 0) throw new Error("it is a zip archive without the one data.pkl of PyTorch");
    const root = pickle.slice(0, -"data.pkl".length);
    if (paths.includes(`${root}constants.pkl`)) throw new Error("it is a program of TorchScript, not a checkpoint");
    const order = paths.includes(`${root}byteorder`) ? Buffer.from(await archive.read(`${root}byteorder`)).toString("latin1").trim() : "little";
    if (order !== "little") throw new Error(`its bytes are in the order ${order}`);
    const known = new Map<string, TorchStorage>();
    const { value } = readFirstPickle(await archive.read(pickle), { file, globals: torchGlobals, persistent: persistent(known) });
    for (const [key, storage] of known) storage.fill(await archive.read(`${root}data/${key}`));
    return value;
  } finally {
    archive.close();
  }
}

/** The number that begins a file of PyTorch before 1.6. */
const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;
const sizeOfLength = 8;

/** Pickles one after another: magic number, protocol, the writer's machine, the value, keys; then storages by these keys. */
function readLegacy(bytes: Uint8Array, file: string): PickleValue {
  const known = new Map<string, TorchStorage>();
  let at = 0;
  const next = (options: Partial<Parameters<typeof readFirstPickle>[1]> = {}): PickleValue => {
    const { value, length } = readFirstPickle(bytes.subarray(at), { file, ...options });
    at += length;
    return value;
  };
  const beginning = beginsWithMagic(bytes) ? next() : undefined;
  if (beginning !== magic) throw new Error("it begins neither as a zip archive nor with PyTorch's number");
  const version = next();
  if (version !== protocol) throw new Error(`its protocol is ${String(version)}, and ${protocol} is read`);
  const machine = next();
  const little = machine instanceof Map ? machine.get("little_endian") : undefined;
  if (little !== true) throw new Error("its bytes are not in the order little-endian");
  const value = next({ globals: torchGlobals, persistent: persistent(known) });
  const keys = next();
  if (!Array.isArray(keys)) throw new Error("it has no list of its storages");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys.map((entry) => textOf(entry, "the key of a storage"))) {
    const storage = known.get(key);
    if (storage === undefined) throw new Error(`it has a storage ${key} that nothing uses`);
    if (at + sizeOfLength + storage.size > bytes.length) throw new Error(`it is cut off in the storage ${key}`);
    const length = view.getBigInt64(at, true);
    if (length !== BigInt(storage.length)) throw new Error(`the storage ${key} has ${length} elements, not ${storage.length}`);
    at += sizeOfLength;
    storage.fill(bytes.subarray(at, at + storage.size));
    known.delete(key);
    at += storage.size;
  }
  const [lacking] = known.keys();
  if (lacking !== undefined) throw new Error(`it lacks the storage ${lacking}`);
  return value;
}

/** PROTO, version, LONG1 of ten bytes: files of other kinds are told from damaged ones before they are read as a pickle. */
const beginsWithMagic = (bytes: Uint8Array): boolean => bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 10;

const persistent =
  (known: Map<string, TorchStorage>) =>
  (id: PickleValue): PickleValue =>
    storageOf(id, known);
