/** TFRecord framing: length (uint64, little-endian), its masked CRC-32C, the data, their masked CRC-32C. */
import { maskedCrc32c } from "./crc32c.js";

const header = 12;
const footer = 4;

export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(header + data.length + footer);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, header);
  view.setUint32(header + data.length, maskedCrc32c(data), true);
  return record;
}

/** The data of the records that are whole. What a dying process left behind the last of them is passed over. */
export function* decodeRecords(file: Uint8Array): Generator<Uint8Array, void, undefined> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + header + footer <= file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + header + length;
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8)) || end + footer > file.length) return;
    const data = file.subarray(at + header, end);
    if (view.getUint32(end, true) !== maskedCrc32c(data)) return;
    yield data;
    at = end + footer;
  }
}
