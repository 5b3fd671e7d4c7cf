import { expect, it } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.js";

// RFC 3720, B.4, and the check value of the CRC catalogue.
it.each([
  ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 rising bytes", Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
  ["32 falling bytes", Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
  ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
])("of %s is the published one", (_, bytes, crc) => expect(crc32c(bytes)).toBe(crc));

it("is masked as in the first record of every event file: length 24", () => {
  // The twelve bytes that any file of TensorFlow 2 begins with: 18 00 00 00 00 00 00 00 a3 7f 4b 22.
  const length = Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0);
  expect(maskedCrc32c(length)).toBe(0x224b7fa3);
});
