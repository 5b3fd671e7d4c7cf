import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { MetricsLine, Plugin } from "@kdf/core";
import tensorboard from "@kdf/plugin-tensorboard";
import { testPlugins } from "@kdf/testing";
import { preview, resumeTraining } from "@kdf/trainer";
import { PNG } from "pngjs";
import { afterAll, describe, expect, it } from "vitest";
import { experiment, resume, start, type Experiment } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

/** The tracker's event files read by a reader of the test's own: framing, checksums, the fields of the messages. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** CRC-32C bit by bit, unlike the plugin's table. */
function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
const masked = (bytes: Uint8Array): number => {
  const crc = BigInt(crc32c(bytes));
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) % 2n ** 32n);
};

type Fields = readonly (readonly [field: number, value: bigint | Buffer])[];

function fieldsOf(message: Buffer): Fields {
  const fields: [number, bigint | Buffer][] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at]!;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const lengths: Readonly<Record<number, () => number>> = { 1: () => 8, 2: () => Number(varint()), 5: () => 4 };
    if (key % 8 === 0) fields.push([key >> 3, varint()]);
    else {
      const length = lengths[key % 8]!();
      fields.push([key >> 3, message.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}
const all = (fields: Fields, wanted: number): Buffer[] => fields.flatMap(([field, value]) => (field === wanted && Buffer.isBuffer(value) ? [value] : []));
const number = (fields: Fields, wanted: number): number => Number(fields.find(([field]) => field === wanted)?.[1] ?? 0n);

interface Value {
  readonly tag: string;
  readonly step: number;
  readonly scalar?: number;
  readonly png?: Buffer;
}

/** Every value of a run's only event file, in order. A frame or a checksum that is wrong fails the test. */
function valuesOf(run: string): Value[] {
  const names = readdirSync(join(run, "tensorboard"));
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^events\.out\.tfevents\.\d+/);
  const file = readFileSync(join(run, "tensorboard", names[0]!));
  const events: Fields[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(data).toHaveLength(length);
    expect([file.readUInt32LE(at + 8), file.readUInt32LE(at + 12 + length)]).toEqual([masked(file.subarray(at, at + 8)), masked(data)]);
    events.push(fieldsOf(data));
    at += 16 + length;
  }
  expect(all(events[0]!, 3).map(String)).toEqual(["brain.Event:2"]);
  for (const event of events) expect(all(event, 1)[0]!.readDoubleLE()).toBeGreaterThan(1.6e9);
  return events.flatMap((event) =>
    all(event, 5).flatMap((summary) =>
      all(fieldsOf(summary), 1).map((encoded): Value => {
        const value = fieldsOf(encoded);
        const [scalar, image] = [all(value, 2)[0], all(value, 4)[0]];
        return {
          tag: String(all(value, 1)[0]),
          step: number(event, 2),
          ...(scalar && { scalar: scalar.readFloatLE() }),
          ...(image && { png: all(fieldsOf(image), 4)[0]! }),
        };
      }),
    ),
  );
}

const linesOf = (run: string): MetricsLine[] =>
  readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as MetricsLine);

/** The numbers of metrics.jsonl, in its order, without names. */
function numbersOf(lines: readonly MetricsLine[]): { readonly step: number; readonly scalar: number }[] {
  return lines.flatMap((line) => {
    const values = line.type === "step" ? [line.total, ...Object.values(line.terms), line.learningRate, line.imagesPerSecond] : Object.values(line.metrics);
    return values.filter((value) => typeof value === "number").map((value) => ({ step: line.globalStep, scalar: Math.fround(value) }));
  });
}

const values = { trackers: ["tensorboard"], checkpointEverySteps: 3 };
const run = (more: Experiment = {}): Experiment => ({ ...more, values: { ...values, ...more.values }, plugins: [tracked, ...(more.plugins ?? [])] });
/** Looks at the images of every second step. */
const tracked = withOptions(tensorboard, "tracker", "tensorboard", { imagesEverySteps: 2, imageCount: 3 });
/** Throws at its sixth draw, once: `marker` says that it did. */
const failingOnce = (marker: string): Plugin =>
  withOptions(testPlugins["faulty-augmenter"], "augmenter", "faulty-augmenter", { hook: "sample", fault: "throw", after: 5, marker }, "once");

/** A plugin of one contribution of another, with options of the test's own. */
function withOptions(plugin: Plugin, kind: "tracker" | "augmenter", id: string, options: object, as = id): Plugin {
  const definition = plugin.provides[kind]![id]!;
  const none = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) } };
  return { ...plugin, id: as, provides: { [kind]: { [as]: { ...definition, options: none, create: () => definition.create(options, {} as never) } } } };
}

const scalars = (run: string): { step: number; scalar: number }[] =>
  valuesOf(run).flatMap(({ step, scalar }) => (scalar === undefined ? [] : [{ step, scalar }]));
/** All that does not depend on the time. */
const timeless = (run: string): unknown => valuesOf(run).filter(({ tag }) => tag !== "step/imagesPerSecond");

it("the reader's checksum is CRC-32C", () => expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283));

describe("the event file of a run", () => {
  const whole = join(folder.path, "whole");

  it("holds every number of metrics.jsonl, in order, and hyper-parameters before", async () => {
    expect((await start(run(), whole)).status).toBe("finished");
    expect(scalars(whole)).toEqual(numbersOf(linesOf(whole)));
    const tags = valuesOf(whole).map(({ tag }) => tag);
    expect(tags.slice(0, 2)).toEqual(["_hparams_/experiment", "_hparams_/session_start_info"]);
    expect(tags.at(-1)).toBe("_hparams_/session_end_info");
    expect(tags).toEqual(expect.arrayContaining(["step/crossEntropy.original", "step/learningRate", "epoch/total", "validation/accuracy", "test/student/last/accuracy"]));
  });

  it("holds the images that a preview of the step shows", async () => {
    const { container, configuration } = experiment(run());
    const request = { container, configuration, augmenters: ["faulty-augmenter?hook=save"], split: "training" as const, count: 3 };
    const images = valuesOf(whole).filter(({ png }) => png !== undefined);
    expect([...new Set(images.map(({ step }) => step))]).toEqual([1, 3, 5, 7, 9, 11]);
    for (const [globalStep, position] of [[1, { stage: 0, epoch: 0, step: 0 }], [9, { stage: 0, epoch: 1, step: 2 }]] as const) {
      const shown = images.filter(({ step }) => step === globalStep);
      expect(shown.map(({ tag }) => tag)).toEqual(["images/original/0", "images/original/1", "images/original/2"]);
      const { original } = await preview({ ...request, position });
      for (const [place, { png }] of shown.entries()) {
        const { data } = PNG.sync.read(png!);
        expect(data.filter((_, at) => at % 4 === 0)).toEqual(Buffer.from(original[place]!.pixels!));
      }
    }
  });

  it("shows nothing twice once the run goes on from before where it broke off", async () => {
    const broken = join(folder.path, "broken");
    // Breaks in step 6, whose images are not asked for; the checkpoint covers three steps of five.
    const marker = join(folder.path, "marker");
    const once = run({ augmenterIds: ["once"], plugins: [failingOnce(marker)] });
    await expect(start(once, broken)).rejects.toMatchObject({ code: "KDF_PLUGIN_THREW" });
    expect(existsSync(marker)).toBe(true);
    expect(Math.max(...scalars(broken).map(({ step }) => step))).toBe(5);
    expect((await resume(once, broken)).status).toBe("finished");
    expect(scalars(broken)).toEqual(numbersOf(linesOf(broken)));
    const straight = join(folder.path, "straight");
    await start(once, straight);
    expect(isDeepStrictEqual(timeless(broken), timeless(straight))).toBe(true);
  });

  it("is left out, by name, where it cannot be written, and decides nothing about the run", async () => {
    const stopped = join(folder.path, "stopped");
    const controller = new AbortController();
    const observer = { stepDone: ({ globalStep }: { readonly globalStep: number }) => void (globalStep === 4 && controller.abort()) };
    expect((await start(run({ observer, signal: controller.signal }), stopped)).status).toBe("stopped");
    rmSync(join(stopped, "tensorboard"), { recursive: true });
    writeFileSync(join(stopped, "tensorboard"), "in the way");
    const request = experiment(run());
    expect((await resumeTraining(request, stopped)).status).toBe("finished");
    expect(request.logger.warnings.filter((warning) => warning.includes("tensorboard"))).toEqual([
      expect.stringMatching(/^tracker tensorboard failed in start \(the run goes on without it\): /),
    ]);
  });
});
