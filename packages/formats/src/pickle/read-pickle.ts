import { pickleRefused } from "@kdf/core";
import { Instructions } from "./instructions.js";

/** A value of a pickle. Lists and tuples are arrays, dictionaries are maps; text of Python 2 is bytes. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<string | number, PickleValue>
  | PickleGlobal
  | PickleObject;

/** A class or function that the pickle names, and that the caller allows. */
export class PickleGlobal {
  /** Module and name, with a blank between. */
  readonly name: string;
  readonly call: PickleCallable;

  constructor(name: string, call: PickleCallable) {
    this.name = name;
    this.call = call;
  }
}

/** What stands in for the function: makes a value, or throws an Error that says what is wrong with the arguments. */
export type PickleCallable = (parameters: readonly PickleValue[]) => PickleValue;

/** What a `PickleCallable` makes where the pickle gives it a state afterwards. */
export interface PickleObject {
  /** @throws Error that says what is wrong with the state */
  setState(state: PickleValue): void;
}

export interface PickleOptions {
  /** For messages. */
  readonly file: string;
  /** What stands in for the Python objects that the pickle may name, by module and name with a blank between. */
  readonly globals?: Readonly<Record<string, PickleCallable>>;
  /** What a persistent id stands for. Pickles that have one are refused without it. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

/** Something that is wrong with the pickle, in words. */
class Problem extends Error {}

/**
 * Reads a Python pickle of protocol 2 to 5 (pickletools.py of CPython describes the machine). Nothing is imported and no
 * function of the pickle's choice is called: a name that is not among `globals` ends the reading.
 * Byte values are views of `bytes`.
 * @throws KDF_PICKLE_REFUSED for a name that is not allowed, an instruction that it does not read, and damaged bytes
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  return readFirstPickle(bytes, options).value;
}

/** As `readPickle`, where more may follow: also says how many bytes the pickle took. */
export function readFirstPickle(bytes: Uint8Array, options: PickleOptions): { readonly value: PickleValue; readonly length: number } {
  const input = new Instructions(bytes);
  try {
    return { value: new Machine(input, options).run(), length: input.position };
  } catch (cause) {
    const allowed = Object.keys(options.globals ?? {});
    throw pickleRefused({ file: options.file, problem: (cause as Error).message, allowed }, { cause });
  }
}

class Machine {
  readonly #input: Instructions;
  readonly #options: PickleOptions;
  #stack: PickleValue[] = [];
  /** What lay below each mark. */
  readonly #below: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(input: Instructions, options: PickleOptions) {
    this.#input = input;
    this.#options = options;
  }

  run(): PickleValue {
    for (;;) {
      const code = this.#input.byte();
      if (code === stop) return this.#pop();
      const instruction = instructions[code];
      if (instruction === undefined) throw new Problem(`it has the instruction 0x${code.toString(16).padStart(2, "0")}, which is not read`);
      instruction(this, this.#input);
    }
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    return this.#pop();
  }

  top(): PickleValue {
    if (this.#stack.length === 0) throw new Problem("it takes a value where there is none");
    return this.#stack.at(-1)!;
  }

  /** The last `count` values as a tuple. */
  tuple(count: number): void {
    if (this.#stack.length < count) throw new Problem("it takes a value where there is none");
    this.#stack.push(this.#stack.splice(this.#stack.length - count));
  }

  mark(): void {
    this.#below.push(this.#stack);
    this.#stack = [];
  }

  /** What was pushed since the mark. */
  sinceMark(): PickleValue[] {
    const values = this.#stack;
    const below = this.#below.pop();
    if (below === undefined) throw new Problem("it goes back to a mark where there is none");
    this.#stack = below;
    return values;
  }

  remember(place: number = this.#memo.size): void {
    this.#memo.set(place, this.top());
  }

  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw new Problem(`it recalls the value ${place}, which it did not remember`);
    this.#stack.push(value);
  }

  extend(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Problem("it adds elements to what is no list");
    for (const value of values) list.push(value);
  }

  setItems(values: readonly PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map) || values.length % 2 === 1) throw new Problem("it sets keys of what is no dictionary");
    for (let at = 0; at < values.length; at += 2) map.set(keyOf(values[at]!), values[at + 1]!);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") throw new Problem("it names a Python object by what is no text");
    const full = `${module} ${name}`;
    const { globals = {} } = this.#options;
    if (!Object.hasOwn(globals, full)) throw new Problem(`it names the Python object ${full}`);
    this.#stack.push(new PickleGlobal(full, globals[full]!));
  }

  call(): void {
    const parameters = this.#pop();
    const callee = this.#pop();
    if (!(callee instanceof PickleGlobal) || !Array.isArray(parameters)) throw new Problem("it calls what is no function");
    this.#stack.push(callee.call(parameters));
  }

  build(): void {
    const state = this.#pop();
    const object = this.top();
    if (typeof object !== "object" || object === null || !("setState" in object)) throw new Problem("it gives a state to what takes none");
    object.setState(state);
  }

  persistent(): void {
    const { persistent } = this.#options;
    if (persistent === undefined) throw new Problem("it has a persistent id");
    this.#stack.push(persistent(this.#pop()));
  }

  #pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }
}

/** Text of Python 2 and of Python 3 are the same key. */
function keyOf(value: PickleValue): string | number {
  if (typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  throw new Problem("a key of a dictionary is neither text nor a number");
}

const stop = 0x2e;

/** By code: what it does to the machine. */
const instructions: Readonly<Record<number, (machine: Machine, input: Instructions) => void>> = {
  0x80: (_, input) => {
    const protocol = input.byte();
    if (protocol < 2 || protocol > 5) throw new Problem(`its protocol is ${protocol}, and 2 to 5 are read`);
  },
  0x95: (_, input) => void input.length(8), // FRAME: what follows is read as it comes
  0x28: (machine) => machine.mark(),
  0x30: (machine) => void machine.pop(),
  0x31: (machine) => void machine.sinceMark(),
  0x32: (machine) => machine.push(machine.top()),

  0x4e: (machine) => machine.push(null),
  0x88: (machine) => machine.push(true),
  0x89: (machine) => machine.push(false),
  0x4a: (machine, input) => machine.push(input.int32()),
  0x4b: (machine, input) => machine.push(input.byte()),
  0x4d: (machine, input) => machine.push(input.length(2)),
  0x8a: (machine, input) => machine.push(input.long(input.byte())),
  0x8b: (machine, input) => machine.push(input.long(input.length(4))),
  0x47: (machine, input) => machine.push(input.float64()),

  0x54: (machine, input) => machine.push(input.bytes(input.length(4))),
  0x55: (machine, input) => machine.push(input.bytes(input.byte())),
  0x42: (machine, input) => machine.push(input.bytes(input.length(4))),
  0x43: (machine, input) => machine.push(input.bytes(input.byte())),
  0x8e: (machine, input) => machine.push(input.bytes(input.length(8))),
  0x96: (machine, input) => machine.push(input.bytes(input.length(8))),
  0x58: (machine, input) => machine.push(input.text(input.length(4))),
  0x8c: (machine, input) => machine.push(input.text(input.byte())),
  0x8d: (machine, input) => machine.push(input.text(input.length(8))),

  0x5d: (machine) => machine.push([]),
  0x61: (machine) => {
    const value = machine.pop();
    machine.extend([value]);
  },
  0x65: (machine) => machine.extend(machine.sinceMark()),
  0x29: (machine) => machine.push([]),
  0x74: (machine) => machine.push(machine.sinceMark()),
  0x85: (machine) => machine.tuple(1),
  0x86: (machine) => machine.tuple(2),
  0x87: (machine) => machine.tuple(3),
  0x7d: (machine) => machine.push(new Map()),
  0x73: (machine) => {
    machine.tuple(2);
    machine.setItems(machine.pop() as PickleValue[]);
  },
  0x75: (machine) => machine.setItems(machine.sinceMark()),

  0x71: (machine, input) => machine.remember(input.byte()),
  0x72: (machine, input) => machine.remember(input.length(4)),
  0x94: (machine) => machine.remember(),
  0x68: (machine, input) => machine.recall(input.byte()),
  0x6a: (machine, input) => machine.recall(input.length(4)),

  0x63: (machine, input) => machine.global(input.line(), input.line()),
  0x93: (machine) => {
    const name = machine.pop();
    machine.global(machine.pop(), name);
  },
  0x52: (machine) => machine.call(),
  0x81: (machine) => machine.call(),
  0x62: (machine) => machine.build(),
  0x51: (machine) => machine.persistent(),
};
