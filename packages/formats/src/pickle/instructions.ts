/** In bytes. The time to read one grows with the square of its length. */
const longestNumber = 1024;

/** The bytes of a pickle, taken from the front. Every method throws an Error where they end too early. */
export class Instructions {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were taken. */
  get position(): number {
    return this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** An unsigned number of 2, 4 or 8 bytes. */
  length(size: 2 | 4 | 8): number {
    const at = this.#take(size);
    if (size === 2) return this.#view.getUint16(at, true);
    if (size === 4) return this.#view.getUint32(at, true);
    return Number(this.#view.getBigUint64(at, true));
  }

  /** A signed number of any size; a bigint where a number is not exact. */
  long(size: number): number | bigint {
    if (size === 0) return 0;
    if (size > longestNumber) throw new Error(`it has a whole number of ${size} bytes`);
    const bytes = this.bytes(size);
    let value = bytes[size - 1]! >= 0x80 ? -1n : 0n;
    for (let at = size - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at]!);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** A view. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(length: number): string {
    return Buffer.from(this.bytes(length)).toString("utf8");
  }

  /** Text up to the next line feed, which is taken too. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new Error("it ends in the middle of a name");
    const text = this.text(end - this.#at);
    this.#at += 1;
    return text;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new Error("it is cut off");
    this.#at += length;
    return at;
  }
}
