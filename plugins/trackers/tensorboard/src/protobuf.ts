/**
 * The protobuf wire format, as far as an event file goes: fields of a message, one after another. Written by hand: the
 * messages have two dozen fields in all, and a protobuf library would weigh a hundred times as much as the plugin.
 */

type Part = Uint8Array | readonly Part[];

/** Joins fields into one message. */
export function message(...parts: readonly Part[]): Uint8Array {
  const flat = parts.flat(8) as Uint8Array[];
  const whole = new Uint8Array(flat.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of flat) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A whole number from 0 to 2⁵³ - 1, an enumeration or (as 0 or 1) a bool. */
export const whole = (field: number, value: number): Uint8Array => message(varint(field << 3), varint(value));
export const double = (field: number, value: number): Uint8Array => fixed(field, 1, 8, (view) => view.setFloat64(0, value, true));
export const float = (field: number, value: number): Uint8Array => fixed(field, 5, 4, (view) => view.setFloat32(0, value, true));
export const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));
/** Bytes, or a message within a message. */
export const bytes = (field: number, value: Uint8Array): Uint8Array =>
  message(varint((field << 3) | 2), varint(value.length), value);

function fixed(field: number, wireType: number, size: number, set: (view: DataView) => void): Uint8Array {
  const value = new Uint8Array(size);
  set(new DataView(value.buffer));
  return message(varint((field << 3) | wireType), value);
}

function varint(value: number): Uint8Array {
  const groups: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...groups, rest]);
    groups.push((rest % 128) | 128);
  }
}

/** The fields of a message that this file wrote: numbers of varints, bytes of all others; of a field's repetitions the first. */
export function readFields(encoded: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const group = encoded[at]!;
      at += 1;
      value += (group & 127) * factor;
      if (group < 128) return value;
    }
  };
  const readBytes = (length: number): Uint8Array => encoded.subarray(at, (at += length));
  while (at < encoded.length) {
    const key = readVarint();
    const [field, wireType] = [key >>> 3, key & 7];
    const value = wireType === 0 ? readVarint() : readBytes(wireType === 2 ? readVarint() : wireType === 1 ? 8 : 4);
    if (!fields.has(field)) fields.set(field, value);
  }
  return fields;
}
