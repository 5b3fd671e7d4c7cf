/** The messages of TensorBoard that the tracker writes: Event, Summary, and those of the plugin hparams. */
import type { Json } from "@kdf/core";
import { encode } from "fast-png";
import { bytes, double, float, message, readFields, text, whole } from "./protobuf.js";

/** An event but for its time. */
export type EventBody = Uint8Array;

/** `seconds`: since 1970. */
export const event = (seconds: number, body: EventBody): Uint8Array => message(double(1, seconds), body);

/** Undoes `event`; undefined for what it did not make. */
export function timeAndBody(data: Uint8Array): { readonly seconds: number; readonly body: EventBody } | undefined {
  if (data[0] !== 0x09 || data.length < timeLength) return undefined;
  const seconds = new DataView(data.buffer, data.byteOffset, data.byteLength).getFloat64(1, true);
  return { seconds, body: data.subarray(timeLength) };
}

const timeLength = 9;

/** What every file begins with. */
export const fileVersion: EventBody = text(3, "brain.Event:2");

/** Lets a TensorBoard that still shows an earlier file of the run forget it. */
export const sessionStart: EventBody = message(whole(2, 0), bytes(7, whole(1, 1)));

/** One event for several numbers; stored as float32. */
export function scalars(step: number, values: Readonly<Record<string, number>>): EventBody {
  const tags = Object.entries(values).map(([tag, value]) => bytes(1, message(text(1, tag), float(2, value))));
  return message(whole(2, step), bytes(5, message(tags)));
}

export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [H,W,C], 0 to 255 */
  readonly pixels: Uint8Array;
}

/** Images as PNG, which keeps every pixel. */
export function images(step: number, pictures: Readonly<Record<string, Picture>>): EventBody {
  const tags = Object.entries(pictures).map(([tag, { height, width, channels, pixels }]) => {
    const png = encode({ width, height, channels: channels as 1 | 3, depth: 8, data: pixels });
    const image = message(whole(1, height), whole(2, width), whole(3, channels), bytes(4, png));
    return bytes(1, message(text(1, tag), bytes(4, image)));
  });
  return message(whole(2, step), bytes(5, message(tags)));
}

/** Step and first tag of an event with a summary. */
export function stepAndTag(body: EventBody): { readonly step: number; readonly tag: string } | undefined {
  const fields = readFields(body);
  const [step, summary] = [fields.get(2), fields.get(5)];
  const value = summary instanceof Uint8Array ? readFields(summary).get(1) : undefined;
  const tag = value instanceof Uint8Array ? readFields(value).get(1) : undefined;
  return typeof step === "number" && tag instanceof Uint8Array ? { step, tag: new TextDecoder().decode(tag) } : undefined;
}

const dataTypes = { string: 1, boolean: 2, number: 3 } as const;
export type HyperParameter = string | boolean | number;
export type HyperParameters = Readonly<Record<string, HyperParameter>>;

/** Names of the hyper-parameters, and the tags by which runs are compared. */
export function experiment(parameters: HyperParameters, metrics: readonly string[]): EventBody {
  const infos = Object.entries(parameters).map(([name, value]) =>
    bytes(4, message(text(1, name), whole(4, dataTypes[typeof value as keyof typeof dataTypes]))),
  );
  const compared = metrics.map((tag) => bytes(5, bytes(1, text(2, tag))));
  return hparams("_hparams_/experiment", 2, message(infos, compared));
}

export function sessionParameters(parameters: HyperParameters, name: string, startSeconds: number): EventBody {
  const entries = Object.entries(parameters).map(([key, value]) => bytes(1, message(text(1, key), bytes(2, protobufValue(value)))));
  return hparams("_hparams_/session_start_info", 3, message(entries, text(4, name), double(5, startSeconds)));
}

const statuses = { finished: 1, failed: 2, stopped: 3 } as const;

/** A run that was stopped counts as running: it may go on. */
export function sessionEnd(how: keyof typeof statuses, seconds: number): EventBody {
  return hparams("_hparams_/session_end_info", 4, message(whole(1, statuses[how]), double(2, seconds)));
}

/** google.protobuf.Value */
function protobufValue(value: HyperParameter): Uint8Array {
  if (typeof value === "number") return double(2, value);
  return typeof value === "string" ? text(3, value) : whole(4, value ? 1 : 0);
}

function hparams(tag: string, field: number, data: Uint8Array): EventBody {
  const content = message(whole(1, 0), bytes(field, data));
  const metadata = bytes(1, message(text(1, "hparams"), bytes(2, content)));
  // The reader wants a tensor beside the metadata: an empty one of float32, shape [0].
  const tensor = message(whole(1, 1), bytes(2, bytes(2, whole(1, 0))));
  return bytes(5, bytes(1, message(text(1, tag), bytes(9, metadata), bytes(8, tensor))));
}

/** What is nested becomes dotted names, lists become text; what is null is left out. */
export function flatten(value: Json, path = ""): Record<string, HyperParameter> {
  if (value === null) return {};
  if (Array.isArray(value)) return { [path]: value.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(", ") };
  if (typeof value !== "object") return { [path]: value as HyperParameter };
  return Object.assign({}, ...Object.entries(value).map(([key, part]) => flatten(part, path === "" ? key : `${path}.${key}`)));
}
