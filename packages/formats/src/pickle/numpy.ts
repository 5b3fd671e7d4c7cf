import { PickleGlobal, type PickleCallable, type PickleObject, type PickleValue } from "./read-pickle.js";

/** An array of NumPy as its pickle has it. */
export class NumpyArray implements PickleObject {
  #shape: readonly number[] = [];
  #type = "";
  #bytes: Uint8Array = new Uint8Array();
  #columnsFirst = false;

  get shape(): readonly number[] {
    return this.#shape;
  }

  /** As NumPy writes it: `u1` for bytes without sign, `i8`, `f4`. */
  get type(): string {
    return this.#type;
  }

  /** The elements' bytes, the last dimension running fastest. A view, unless the array was stored the other way round. */
  get bytes(): Uint8Array {
    return this.#columnsFirst ? this.#transposed() : this.#bytes;
  }

  /** @param state (version, shape, type, whether the first dimension runs fastest, bytes) */
  setState(state: PickleValue): void {
    if (!Array.isArray(state) || state.length !== 5) throw new Error("a NumPy array has a state that is not NumPy's");
    this.set(state.slice(1));
  }

  /** @param given (shape, type, whether the first dimension runs fastest, bytes) */
  set([shape, type, columnsFirst, bytes]: readonly PickleValue[]): void {
    const dimensions = Array.isArray(shape) && shape.every((length) => typeof length === "number" && length >= 0) ? (shape as number[]) : undefined;
    if (dimensions === undefined || !(type instanceof NumpyType) || !(bytes instanceof Uint8Array)) {
      throw new Error("a NumPy array has no shape, no type of numbers or no bytes");
    }
    const expected = dimensions.reduce((product, length) => product * length, type.size);
    if (bytes.length !== expected) throw new Error(`a NumPy array of ${dimensions.join(" x ")} ${type.name} has ${bytes.length} bytes, not ${expected}`);
    if (columnsFirst === true && dimensions.length !== 2) throw new Error("a NumPy array that is no matrix has its first dimension running fastest");
    this.#shape = dimensions;
    this.#type = type.name;
    this.#bytes = bytes;
    this.#columnsFirst = columnsFirst === true;
  }

  #transposed(): Uint8Array {
    const [rows, columns] = this.#shape as [number, number];
    const size = rows * columns === 0 ? 0 : this.#bytes.length / (rows * columns);
    const result = new Uint8Array(this.#bytes.length);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const from = (column * rows + row) * size;
        result.set(this.#bytes.subarray(from, from + size), (row * columns + column) * size);
      }
    }
    return result;
  }
}

class NumpyType implements PickleObject {
  readonly name: string;
  readonly size: number;

  constructor(name: string) {
    this.name = name.replace(/^[<|=]/, "");
    this.size = Number(this.name.slice(1));
  }

  /** (version, order of bytes, …) */
  setState(state: PickleValue): void {
    const order = Array.isArray(state) ? textOf(state[1]) : undefined;
    if (order === ">") throw new Error("a NumPy array has its bytes in the other order");
  }
}

function textOf(value: PickleValue | undefined): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  return typeof value === "string" ? value : undefined;
}

const reconstruct: PickleCallable = ([type]) => {
  if (!(type instanceof PickleGlobal) || type.name !== "numpy ndarray") throw new Error("it makes a NumPy array of another class");
  return new NumpyArray();
};

/** Python 3 writes bytes for protocol 2 as text and asks for it to be encoded. */
const encode: PickleCallable = ([text, encoding]) => {
  if (typeof text !== "string" || textOf(encoding) !== "latin1") throw new Error("it encodes what is no text in latin1");
  return new Uint8Array(Buffer.from(text, "latin1"));
};

const makeType: PickleCallable = ([name]) => {
  const text = textOf(name) ?? "";
  if (!/^[<|=]?[buif][1248]$/.test(text)) throw new Error(`it has NumPy's type ${text || "without a name"}, and only plain numbers are read`);
  return new NumpyType(text);
};

/** _frombuffer(bytes, type, shape, order) of protocol 5. */
const fromBuffer: PickleCallable = ([bytes, type, shape, order]) => {
  const array = new NumpyArray();
  array.set([shape ?? null, type ?? null, textOf(order) === "F", bytes ?? null]);
  return array;
};

/** scalar(type, bytes): one number. */
const makeScalar: PickleCallable = ([type, bytes]) => {
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array) || bytes.length !== type.size) throw new Error("a NumPy number has no type or other bytes than its type");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type.name];
  if (read === undefined) throw new Error(`it has a NumPy number of the type ${type.name}`);
  return read(view);
};

const whole = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** By NumPy's name of the type; little-endian, as `NumpyType` demands. */
const readers: Readonly<Record<string, (view: DataView) => PickleValue>> = {
  f8: (view) => view.getFloat64(0, true),
  f4: (view) => view.getFloat32(0, true),
  i8: (view) => whole(view.getBigInt64(0, true)),
  i4: (view) => view.getInt32(0, true),
  i2: (view) => view.getInt16(0, true),
  i1: (view) => view.getInt8(0),
  u8: (view) => whole(view.getBigUint64(0, true)),
  u4: (view) => view.getUint32(0, true),
  u2: (view) => view.getUint16(0, true),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0,
};

const notCalled: PickleCallable = () => {
  throw new Error("it makes a NumPy array by its class");
};

/** What a pickle of NumPy arrays and numbers names, from the first NumPy to 2.x. */
export const numpyGlobals: Readonly<Record<string, PickleCallable>> = {
  "numpy ndarray": notCalled,
  "numpy dtype": makeType,
  "numpy.core.multiarray _reconstruct": reconstruct,
  "numpy._core.multiarray _reconstruct": reconstruct,
  "numpy.core.numeric _frombuffer": fromBuffer,
  "numpy._core.numeric _frombuffer": fromBuffer,
  "numpy.core.multiarray scalar": makeScalar,
  "numpy._core.multiarray scalar": makeScalar,
  "_codecs encode": encode,
};
