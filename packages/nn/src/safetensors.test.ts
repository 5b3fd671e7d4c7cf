import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "./safetensors.js";

const fixture = (name: string): Buffer => readFileSync(resolve(import.meta.dirname, "../fixtures", name));

/** A file made by hand. */
function file(header: unknown, body: number[] | Uint8Array = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}

const refusal = (bytes: Uint8Array): string => {
  try {
    decodeSafetensors(bytes, "teacher.safetensors");
  } catch (error) {
    expect(error).toMatchObject({ code: "KDF_WEIGHTS_UNREADABLE" });
    expect((error as Error).message).toContain("teacher.safetensors");
    return (error as Error).message;
  }
  throw new Error("the file was read");
};

test("reads every dtype of a file that the safetensors package wrote", () => {
  const { tensors, metadata } = decodeSafetensors(fixture("every-dtype.safetensors"), "every-dtype.safetensors");
  const expected = JSON.parse(fixture("every-dtype.json").toString()) as {
    metadata: Record<string, string>;
    tensors: Record<string, { shape: number[]; values: (number | string)[] }>;
  };
  expect(metadata).toEqual(expected.metadata);
  expect([...tensors.keys()].sort()).toEqual(Object.keys(expected.tensors).sort());
  const notFinite: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  for (const [name, { shape, values }] of Object.entries(expected.tensors)) {
    const { shape: read, data } = tensors.get(name)!;
    expect([name, read]).toEqual([name, shape]);
    expect([name, ...data]).toEqual([name, ...values.map((v) => (typeof v === "string" ? notFinite[v] : v))]);
  }
});

test("writes a file that the safetensors package reads: fixtures/every_dtype.py check", () => {
  const tensors = new Map<string, NamedArray>([
    ["layer.0.weight", { dtype: "F32", shape: [1, 3], data: Float32Array.of(0.5, -1.25, 3e-39) }],
    ["label", { dtype: "I32", shape: [2], data: Int32Array.of(7, -8) }],
    ["layer.0.num_batches_tracked", { dtype: "I64", shape: [], data: Int32Array.of(12345) }],
    ["empty", { dtype: "F32", shape: [0, 3], data: new Float32Array(0) }],
  ]);
  const bytes = encodeSafetensors(tensors, { network: "resnet20", note: "naïve" });
  expect(Buffer.from(bytes).equals(fixture("kdf.safetensors"))).toBe(true);
  const { tensors: read } = decodeSafetensors(bytes, "kdf.safetensors");
  expect([...read.get("layer.0.weight")!.data]).toEqual([0.5, -1.25, Math.fround(3e-39)]);
  expect(read.get("layer.0.num_batches_tracked")).toMatchObject({ dtype: "I64", shape: [], data: Float64Array.of(12345) });
});

test("a Float32Array that begins inside a larger buffer is written as it is", () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  const bytes = encodeSafetensors(new Map([["a", { dtype: "F32", shape: [2], data }]]));
  expect([...decodeSafetensors(bytes, "a").tensors.get("a")!.data]).toEqual([1, 2]);
});

test("values that do not fill the shape are not written", () => {
  const data = new Float32Array(3);
  expect(() => encodeSafetensors(new Map([["a", { dtype: "F32", shape: [2], data }]]))).toThrow(RangeError);
});

const one = { dtype: "F32", shape: [1], data_offsets: [0, 4] };

test.each<[string, Uint8Array, RegExp]>([
  ["no bytes", new Uint8Array(0), /0 bytes and ends before its header/],
  ["seven bytes", new Uint8Array(7), /7 bytes and ends before its header/],
  ["a header longer than the file", file({ a: one }, [0, 0, 0, 0]).subarray(0, 30), /the file ends at byte 30: it is truncated/],
  ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 1), /promise a header of 9223372036854775808 bytes/],
  ["a pickle", Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9), /promise a header of/],
  ["no JSON", file("{nothing"), /not JSON in UTF-8/],
  ["bytes that are not UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not JSON in UTF-8/],
  ["an array", file("[]"), /not a JSON object/],
  ["an entry that is no object", file({ a: 1 }), /"a" is not described by an object/],
  ["metadata that are not strings", file({ __metadata__: { a: 1 } }), /metadata are not strings/],
  ["an unknown field", file({ a: { ...one, layout: 1 } }, [0, 0, 0, 0]), /unknown field layout/],
  ["an unknown dtype", file({ a: { ...one, dtype: "F8_E4M3" } }, [0, 0, 0, 0]), /dtype "F8_E4M3", not one of F64, F32/],
  ["a dtype named like a method", file({ a: { ...one, dtype: "toString" } }, [0, 0, 0, 0]), /dtype "toString"/],
  ["a negative size", file({ a: { ...one, shape: [-1] } }, [0, 0, 0, 0]), /shape \[-1\]/],
  ["a shape of no numbers", file({ a: { ...one, shape: "1" } }, [0, 0, 0, 0]), /shape "1"/],
  ["a missing shape", file({ a: { dtype: "F32", data_offsets: [0, 4] } }, [0, 0, 0, 0]), /shape undefined/],
  ["three offsets", file({ a: { ...one, data_offsets: [0, 4, 8] } }, [0, 0, 0, 0]), /offsets \[0,4,8\]/],
  ["offsets of another length", file({ a: { ...one, shape: [2] } }, [0, 0, 0, 0]), /F32 of shape \[2\] needs 8/],
  ["sizes whose product is no whole number", file({ a: { ...one, shape: [2 ** 50, 2 ** 50] } }, [0, 0, 0, 0]), /needs 5\.07/],
  ["a hole", file({ a: { ...one, data_offsets: [4, 8] } }, new Uint8Array(8)), /begins at byte 4, after a hole; expected 0/],
  ["an overlap", file({ a: { ...one, shape: [2], data_offsets: [0, 8] }, b: { ...one, data_offsets: [4, 8] } }, new Uint8Array(8)), /"b" begins at byte 4, inside another tensor; expected 8/],
  ["too few bytes", file({ a: one }, [0, 0, 0]), /take 4 bytes, 3 are there: it is truncated/],
  ["too many bytes", file({ a: one }, [0, 0, 0, 0, 0]), /take 4 bytes and 1 more follow/],
  ["a whole number beyond 2^53", file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 0, 0, 0, 0, 64]), /whole number 4611686018427387904/],
])("refuses %s", (_, bytes, problem) => {
  expect(refusal(bytes)).toMatch(problem);
});

test("every truncation of a good file is refused", () => {
  const whole = fixture("kdf.safetensors");
  for (let length = 0; length < whole.length; length += 1) refusal(whole.subarray(0, length));
});
