import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { dataFileInvalid, dataLabelsInvalid } from "@kdf/core";

/**
 * The idx format (Y. LeCun, the MNIST database): big-endian 32-bit magic number and sizes, then unsigned bytes in
 * row-major order. The magic number's third byte is the type (8: unsigned byte), its fourth the number of dimensions.
 */
export interface IdxImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** [count,height,width]; a view of what was unpacked */
  readonly pixels: Uint8Array;
}

const expectedFile = (kind: string, magic: number, dimensions: string): string =>
  `an idx file of ${kind}, gzipped or not: magic number ${hexadecimal(magic)}, ${dimensions}, and exactly as many bytes as these say`;
const imagesMagic = 0x00000803;
const labelsMagic = 0x00000801;
const expectedImages = expectedFile("images", imagesMagic, "count, height and width");
const expectedLabels = expectedFile("labels", labelsMagic, "count");

/**
 * Undoes gzip, where `bytes` begin as gzip does; else returns them.
 * @param file for the message
 * @throws KDF_DATA_FILE_INVALID when the gzip data is damaged or ends early
 */
export async function unpack(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    const problem = `its gzip data is damaged or cut off (${(cause as Error).message})`;
    throw dataFileInvalid({ file, problem, expected: "a complete gzip file" }, { cause });
  }
}

/**
 * @param bytes gzipped or plain
 * @param file for the message
 * @throws KDF_DATA_FILE_INVALID
 */
export async function readIdxImages(bytes: Uint8Array, file: string): Promise<IdxImages> {
  const plain = await unpack(bytes, file);
  const [count, height, width] = sizes(plain, file, imagesMagic, expectedImages) as [number, number, number];
  return { count, height, width, pixels: plain.subarray(16) };
}

/**
 * @param bytes gzipped or plain
 * @param file for the message
 * @param classes labels must lie in [0, classes)
 * @returns [count]
 * @throws KDF_DATA_FILE_INVALID, KDF_DATA_LABELS_INVALID
 */
export async function readIdxLabels(bytes: Uint8Array, file: string, classes: number): Promise<Int32Array> {
  const plain = await unpack(bytes, file);
  sizes(plain, file, labelsMagic, expectedLabels);
  const labels = Int32Array.from(plain.subarray(8));
  const row = labels.findIndex((label) => label >= classes);
  if (row >= 0) throw dataLabelsInvalid({ file, row, label: labels[row]!, classes });
  return labels;
}

/** The sizes in the header, once the file is known to be exactly as long as they say. */
function sizes(bytes: Uint8Array, file: string, magic: number, expected: string): number[] {
  const refuse = (problem: string) => dataFileInvalid({ file, problem, expected });
  const dimensions = magic & 0xff;
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) throw refuse(`it has ${bytes.length} bytes, less than a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const found = view.getUint32(0);
  if (found !== magic) throw refuse(`its magic number is ${hexadecimal(found)}`);
  const result = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  if (result.includes(0)) throw refuse(`its sizes are ${result.join(" x ")}`);
  const length = header + result.reduce((product, size) => product * size, 1);
  if (bytes.length < length) throw refuse(`it is cut off: ${bytes.length} of ${length} bytes are there`);
  if (bytes.length > length) throw refuse(`it has ${bytes.length - length} bytes more than its header says`);
  return result;
}

function hexadecimal(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}
