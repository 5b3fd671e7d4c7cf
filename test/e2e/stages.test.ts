import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import ab from "@kdf/plugin-ab";
import ft from "@kdf/plugin-ft";
import { afterAll, describe, expect, it } from "vitest";
import { resume, start, type Experiment } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Saved {
  readonly student: Buffer;
  readonly training: Buffer;
  /** Bytes of a weight of the student. */
  weight(name: string): Uint8Array;
}

function saved(run: string): Saved {
  const last = join(run, "checkpoints", "last");
  const { files } = JSON.parse(readFileSync(join(last, "state.json"), "utf8")) as { readonly files: { readonly student: string; readonly training: string } };
  const [student, training] = [files.student, files.training].map((file) => readFileSync(join(last, file))) as [Buffer, Buffer];
  const weight = (name: string): Uint8Array => {
    const { data } = decodeSafetensors(student, files.student).tensors.get(name)!;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  };
  return { student, training, weight };
}

interface Line extends Record<string, unknown> {
  readonly type: string;
  readonly stage: string;
  readonly learningRate?: number;
  readonly terms?: Readonly<Record<string, number>>;
}

const linesOf = (run: string): Line[] =>
  readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => {
    const { imagesPerSecond: _, ...rest } = JSON.parse(line) as Line;
    return rest as Line;
  });

/** A run of six steps an epoch, one epoch of its first stage and two of its second. */
const settings: Experiment = { values: { epochs: 2 }, plugins: [ab, ft] as unknown as Plugin[] };

/** Trains on until `step` steps are done in all, or to the end. */
async function until(step: number | undefined, given: Experiment, run: string, begin: typeof start): Promise<string> {
  const stop = new AbortController();
  const observer = { stepDone: ({ globalStep }: { readonly globalStep: number }) => void (globalStep === step && stop.abort()) };
  return (await begin({ ...given, observer, signal: stop.signal }, run)).status;
}

describe.each([
  {
    id: "ab",
    distiller: "ab",
    terms: { initialise: ["activationBoundaries.original"], distill: ["crossEntropy.original"] },
    rates: [0.05, 0.05],
    moves: true,
  },
  {
    id: "ft",
    // The boring teacher's map has one channel.
    distiller: "ft?paraphraseRate=1",
    terms: { paraphraser: ["reconstruction.original"], distill: ["crossEntropy.original", "factor.original"] },
    rates: [0.01, 0.05],
    moves: false,
  },
])("$id, broken off in the middle of either stage,", ({ id, distiller, terms, rates, moves }) => {
  const given: Experiment = { ...settings, values: { ...settings.values, distiller } };
  const [reference, run] = [join(folder.path, `${id}-whole`), join(folder.path, `${id}-broken`)];

  it("goes on to the same bits, and logs each stage's terms and rate by name", async () => {
    expect(await until(undefined, given, reference, start)).toBe("finished");
    expect(await until(1, given, run, start)).toBe("stopped");
    const early = saved(run);
    expect(await until(5, given, run, resume)).toBe("stopped");
    const late = saved(run);
    // The first stage reaches the student's features in one of them, and the classifier in neither.
    expect(late.weight("fc.weight")).toEqual(early.weight("fc.weight"));
    expect(Buffer.compare(late.weight("conv.weight"), early.weight("conv.weight")) !== 0).toBe(moves);
    expect(late.training.equals(early.training)).toBe(false);
    expect(await until(9, given, run, resume)).toBe("stopped");
    expect(await until(undefined, given, run, resume)).toBe("finished");
    const [whole, broken] = [saved(reference), saved(run)];
    expect(broken.student.equals(whole.student)).toBe(true);
    expect(broken.training.equals(whole.training)).toBe(true);
    expect(linesOf(run)).toEqual(linesOf(reference));

    const steps = linesOf(reference).filter(({ type }) => type === "step");
    const stages = Object.keys(terms);
    expect(stages.map((stage) => steps.filter((line) => line.stage === stage).length)).toEqual([6, 12]);
    const firsts = stages.map((stage) => steps.find((line) => line.stage === stage)!);
    expect(firsts.map((line) => Object.keys(line.terms!))).toEqual(Object.values(terms));
    expect(firsts.map((line) => line.learningRate)).toEqual(rates);
    expect(whole.weight("fc.weight")).not.toEqual(late.weight("fc.weight"));
  });
});
