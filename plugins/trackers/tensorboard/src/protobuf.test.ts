import { expect, it } from "vitest";
import { bytes, double, float, message, readFields, text, whole } from "./protobuf.js";

const hex = (value: Uint8Array): string => Buffer.from(value).toString("hex");

// The examples of https://protobuf.dev/programming-guides/encoding/
it("encodes the format's own examples", () => {
  expect(hex(whole(1, 150))).toBe("089601");
  expect(hex(text(2, "testing"))).toBe("120774657374696e67");
  expect(hex(bytes(3, whole(1, 150)))).toBe("1a03089601");
});

it("encodes fixed fields, little-endian, by hand", () => {
  expect(hex(double(1, 1))).toBe("09000000000000f03f");
  expect(hex(float(2, -2))).toBe("15000000c0");
});

it("encodes whole numbers beyond 32 bits and lengths of several bytes", () => {
  expect(hex(whole(2, 2 ** 40))).toBe("10808080808020");
  expect(hex(whole(2, Number.MAX_SAFE_INTEGER))).toBe("10ffffffffffffff0f");
  expect(hex(bytes(1, new Uint8Array(300))).slice(0, 6)).toBe("0aac02");
});

it("joins fields, also such as stand in lists", () => {
  expect(hex(message(whole(1, 1), [whole(2, 2), [whole(3, 3)]], []))).toBe("080110021803");
});

it("reads the first of each field, whatever stands between", () => {
  const fields = readFields(message(double(1, 3), whole(2, 2 ** 40), text(5, "first"), text(5, "second"), float(6, 1), whole(7, 0)));
  expect([...fields.keys()]).toEqual([1, 2, 5, 6, 7]);
  expect(fields.get(2)).toBe(2 ** 40);
  expect(new TextDecoder().decode(fields.get(5) as Uint8Array)).toBe("first");
  expect(fields.get(7)).toBe(0);
});
