import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { numpyGlobals, type NumpyArray } from "./numpy.js";
import { readPickle, type PickleOptions, type PickleValue } from "./read-pickle.js";

/** Written by CPython's pickle and NumPy: test/external/datasets/make.py. */
const bytes = (name: string): Uint8Array => readFileSync(new URL(`../../../../test/external/datasets/fixtures/pickles/${name}.pickle`, import.meta.url));
const read = (name: string, options: Partial<PickleOptions> = {}): Map<string, PickleValue> =>
  readPickle(bytes(name), { file: name, globals: numpyGlobals, ...options }) as Map<string, PickleValue>;
const counting = Array.from({ length: 24 }, (_, at) => at);

test.each([2, 3, 4, 5])("reads protocol %i", (protocol) => {
  const value = read(`protocol-${protocol}`);
  const data = value.get("data") as NumpyArray;
  expect(data.shape).toEqual([4, 6]);
  expect(data.type).toBe("u1");
  expect([...data.bytes]).toEqual(counting);
  value.delete("data");
  expect(Object.fromEntries(value)).toEqual({
    labels: [3, 1, 2, 0],
    name: "é",
    big: 2n ** 80n,
    small: -7,
    share: 0.5,
    none: null,
    yes: true,
    pair: [1, 2],
  });
});

test.each(["columns-first", "columns-first-5"])("turns an array round whose first dimension runs fastest: %s", (name) => {
  expect([...(read(name).get("data") as NumpyArray).bytes]).toEqual(counting);
});

test("reads what Python 2 wrote", () => {
  const value = read("python-2");
  expect([...(value.get("data") as NumpyArray).bytes]).toEqual(counting);
  expect(value.get("labels")).toEqual([3, 1, 2, 0]);
});

test("gives the bytes of other numbers as they are", () => {
  const { type, bytes: raw } = read("floats").get("data") as NumpyArray;
  expect(type).toBe("f4");
  expect([...new Float32Array(raw.slice().buffer)]).toEqual([0, 1, 2]);
});

test.each([
  ["system", /names the Python object (posix|nt|os) system/],
  ["system-4", /names the Python object (posix|nt|os) system/],
  ["eval", /names the Python object builtins eval/],
  ["prototype", /names the Python object __proto__ toString/],
])("refuses %s and executes nothing", (name, message) => {
  expect(() => read(name)).toThrow(expect.objectContaining({ code: "KDF_PICKLE_REFUSED" }));
  expect(() => read(name)).toThrow(message);
  expect(() => read(name)).toThrow(/of Python nothing but numpy ndarray/);
  expect(existsSync("executed-by-a-pickle")).toBe(false);
});

test.each([
  ["build", /gives a state to what takes none/],
  ["text-protocol", /instruction 0x/],
  ["persistent", /it has a persistent id/],
])("refuses %s", (name, message) => expect(() => read(name)).toThrow(message));

test("gives a persistent id to who knows what it stands for", () => {
  expect(readPickle(bytes("persistent"), { file: "x", persistent: (id) => `storage ${String(id)}` })).toBe("storage a");
});

test("wherever it is cut off, it says so", () => {
  const whole = bytes("protocol-4");
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => readPickle(whole.subarray(0, length), { file: "x", globals: numpyGlobals })).toThrow(expect.objectContaining({ code: "KDF_PICKLE_REFUSED" }));
  }
});

test("whatever byte is changed, it gives a value or a refusal, soon", () => {
  const whole = bytes("python-2");
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Uint8Array.from(whole);
    changed[at]! ^= 0xff;
    try {
      readPickle(changed, { file: "x", globals: numpyGlobals });
    } catch (error) {
      expect(error).toMatchObject({ code: "KDF_PICKLE_REFUSED" });
    }
  }
});
