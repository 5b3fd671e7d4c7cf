import { describe, expect, it } from "vitest";
import { decodeRecords, encodeRecord } from "./records.js";

const data = (...values: number[]): Uint8Array => Uint8Array.from(values);
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const read = (file: Uint8Array): number[][] => [...decodeRecords(file)].map((record) => [...record]);

describe("records", () => {
  it("begin with their length, little-endian", () => {
    const record = encodeRecord(new Uint8Array(300));
    expect(record.length).toBe(8 + 4 + 300 + 4);
    expect([...record.subarray(0, 8)]).toEqual([44, 1, 0, 0, 0, 0, 0, 0]);
  });

  it("come back, the empty one with them", () => {
    const records = [data(1, 2, 3), data(), data(255)];
    expect(read(joined(...records.map(encodeRecord)))).toEqual([[1, 2, 3], [], [255]]);
  });

  it("end where one is cut off, at whatever byte, or damaged", () => {
    const [first, second] = [encodeRecord(data(1, 2, 3)), encodeRecord(data(4, 5))];
    const file = joined(first, second);
    for (let length = first.length; length < file.length; length += 1) expect(read(file.subarray(0, length))).toEqual([[1, 2, 3]]);
    for (let at = first.length; at < file.length; at += 1) {
      const damaged = Uint8Array.from(file);
      damaged[at]! ^= 1;
      expect(read(damaged)).toEqual([[1, 2, 3]]);
    }
  });
});
