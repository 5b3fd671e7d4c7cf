import { numpyGlobals } from "../pickle/numpy.js";
import { PickleGlobal, type PickleCallable, type PickleObject, type PickleValue } from "../pickle/read-pickle.js";
import { TorchStorage, TorchTensor, type TorchType } from "./tensor.js";

/** A dictionary of a Python class: what is set on the object itself, as `_metadata` on a state dict, is left out. */
class Dictionary extends Map<string | number, PickleValue> implements PickleObject {
  setState(): void {}
}

/** An object of which only the attributes are kept. */
class Namespace extends Map<string | number, PickleValue> implements PickleObject {
  setState(state: PickleValue): void {
    if (!(state instanceof Map)) throw new Error("a namespace has a state that is no dictionary");
    for (const [name, value] of state) this.set(name, value);
  }
}

/** OrderedDict(), OrderedDict(list of pairs) of Python 2, Counter(dictionary). */
const dictionary: PickleCallable = ([entries = []]) => {
  if (entries instanceof Map) return new Dictionary(entries);
  if (!Array.isArray(entries)) throw new Error("a dictionary is made of what are no pairs");
  return new Dictionary(
    entries.map((pair): [string, PickleValue] => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new Error("a dictionary is made of what are no pairs");
      return [textOf(pair[0]!, "a key of a dictionary"), pair[1]!];
    }),
  );
};

/** _rebuild_tensor_v2(storage, offset, shape, strides, …), of which what follows says nothing of the values. */
const rebuildTensor: PickleCallable = ([storage, offset, shape, strides]) => {
  if (!(storage instanceof TorchStorage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    throw new Error("a tensor has no storage, or no offset, shape and strides");
  }
  return new TorchTensor(storage, offset, shape, strides);
};

/** _rebuild_parameter(tensor, …) */
const rebuildParameter: PickleCallable = ([tensor]) => {
  if (!(tensor instanceof TorchTensor)) throw new Error("a parameter is made of what is no tensor");
  return tensor;
};

const first: PickleCallable = ([value = null]) => value;

const storages: Readonly<Record<string, TorchType>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

const notCalled: PickleCallable = () => {
  throw new Error("it makes a storage by its class");
};

/** What checkpoints of PyTorch name: tensors and their storages, dictionaries, and the numbers that are kept with them. */
export const torchGlobals: Readonly<Record<string, PickleCallable>> = {
  "collections OrderedDict": dictionary,
  "collections Counter": dictionary,
  "argparse Namespace": () => new Namespace(),
  "torch._utils _rebuild_tensor_v2": rebuildTensor,
  "torch._utils _rebuild_tensor": rebuildTensor,
  "torch._utils _rebuild_parameter": rebuildParameter,
  "torch Size": first,
  "torch device": first,
  ...Object.fromEntries(Object.keys(storages).map((name) => [`torch ${name}`, notCalled])),
  ...numpyGlobals,
};

/** ("storage", class, key, device, elements, …) as a storage, the same for the same key. */
export function storageOf(id: PickleValue, known: Map<string, TorchStorage>): TorchStorage {
  const [kind, type, key, , length] = Array.isArray(id) ? id : [];
  const named = kind === undefined ? "" : textOf(kind, "the kind of a persistent id");
  if (named === "module") throw new Error("it holds a whole module, whose code would have to run");
  if (named !== "storage" || !(type instanceof PickleGlobal) || key === undefined || !isSize(length)) throw new Error("it has a persistent id that is no storage");
  const dtype = storages[type.name.replace("torch ", "")];
  if (dtype === undefined) throw new Error(`it has a storage of the class ${type.name}`);
  const view = (id as readonly PickleValue[])[5];
  if (view !== undefined && view !== null) throw new Error("it has a storage that is part of another, as PyTorch of before 0.4 wrote it");
  const name = textOf(key, "the key of a storage");
  const storage = known.get(name) ?? new TorchStorage(name, dtype, length);
  if (storage.dtype !== dtype || storage.length !== length) throw new Error(`the storage ${name} is once ${storage.length} ${storage.dtype}, once ${length} ${dtype}`);
  known.set(name, storage);
  return storage;
}

export function textOf(value: PickleValue, what: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  throw new Error(`${what} is no text`);
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);
