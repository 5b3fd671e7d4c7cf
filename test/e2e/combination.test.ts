import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, RunRecord } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import crossEntropy from "@kdf/plugin-cross-entropy";
import cutmix from "@kdf/plugin-cutmix";
import { afterAll, expect, it } from "vitest";
import { resume, start, type Experiment } from "./in-process.js";
import { boringExperiment, errorCode, kdf, temporaryFolder } from "./kdf.js";

/** Several distillers as one. The conformance of the combination itself is a test of the trainer's. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const run: Experiment = {
  values: { distiller: "two-stage?headEpochs=1+kd?temperature=2&weights.divergenceAugmented=0.5", epochs: 2 },
  plugins: [cutmix as Plugin],
  augmenterIds: ["cutmix"],
};

interface Checkpoint {
  readonly position: { readonly stage: number; readonly epoch: number; readonly step: number };
  readonly student: Buffer;
  readonly training: Buffer;
}

function last(directory: string): Checkpoint {
  const checkpoint = join(directory, "checkpoints", "last");
  const { stage, epoch, step, files } = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8"));
  const [student, training] = [files.student, files.training].map((file: string) => readFileSync(join(checkpoint, file)));
  return { position: { stage, epoch, step }, student: student!, training: training! };
}

const steps = (directory: string) =>
  readFileSync(join(directory, "metrics.jsonl"), "utf8").trimEnd().split("\n").flatMap((line) => {
    const { type, imagesPerSecond: _, ...rest } = JSON.parse(line);
    return type === "step" ? [rest as { readonly stage: string; readonly terms: Record<string, number>; readonly total: number }] : [];
  });

it("trains its stages in order, with the terms and weights of its parts, and goes on in the middle of each stage", async () => {
  const whole = join(folder.path, "whole");
  expect((await start(run, whole)).status).toBe("finished");
  const lines = steps(whole);
  expect([...new Set(lines.map(({ stage }) => stage))]).toEqual(["two-stage.head", "distill"]);
  expect(Object.keys(lines.at(-1)!.terms).sort()).toEqual([
    "crossEntropy.head", "crossEntropy.original", "distance.bank", "distance.turned", "divergence.augmented", "divergence.original",
  ]);
  // two-stage comes first: all its terms weigh as it says, kd's own divergence on augmented images is not computed.
  const { options, configuration } = JSON.parse(readFileSync(join(whole, "run.json"), "utf8")) as RunRecord;
  expect(configuration.distiller).toBe(run.values!["distiller"]);
  expect(options).toMatchObject({ "distiller:two-stage": { headEpochs: 1 }, "distiller:kd": { temperature: 2, weights: { crossEntropy: 0.1, divergenceAugmented: 0.5 } } });

  const again = join(folder.path, "again");
  for (const stopAt of [2, lines.filter(({ stage }) => stage === "two-stage.head").length + 3]) {
    const stop = new AbortController();
    const observer = { stepDone: ({ globalStep }: { readonly globalStep: number }) => void (globalStep === stopAt && stop.abort()) };
    const go = stopAt === 2 ? start : resume;
    expect((await go({ ...run, observer, signal: stop.signal }, again)).status).toBe("stopped");
    expect(last(again).position.step).toBeGreaterThan(0);
  }
  expect(last(again).position.stage).toBe(1);
  const kept = [...decodeSafetensors(last(again).training, "last").tensors.keys()];
  expect(kept).toEqual(expect.arrayContaining(["extras.two-stage.head.weight", "state.two-stage.bank", "state.two-stage.centre"]));
  expect((await resume(run, again)).status).toBe("finished");
  expect(last(again).student.equals(last(whole).student)).toBe(true);
  expect(last(again).training.equals(last(whole).training)).toBe(true);
  expect(steps(again)).toEqual(lines);
});

it("weighs by the part that computes a term", async () => {
  const directory = join(folder.path, "weights");
  await start({ ...run, values: { distiller: "cross-entropy+kd", epochs: 1 }, plugins: [...run.plugins!, crossEntropy as Plugin] }, directory);
  const { terms, total } = steps(directory)[0]!;
  const expected = 1 * terms["crossEntropy.original"]! + 0.9 * (terms["divergence.original"]! + terms["divergence.augmented"]!);
  expect(Object.keys(terms)).toEqual(["crossEntropy.original", "divergence.original", "divergence.augmented"]);
  expect(total).toBeCloseTo(expected, 4);
});

it("is tried out by kdf train --dry-run as any distiller, and refused where it cannot be read", async () => {
  const parameters = ["train", ...boringExperiment(folder.path), "--json", "--dry-run", "--distiller"];
  const tried = await kdf(...parameters, "two-stage+kd");
  expect(tried.code, tried.output).toBe(0);
  const { stages } = (JSON.parse(tried.output) as { readonly dryRun: { readonly stages: readonly { readonly id: string }[] } }).dryRun;
  expect(stages.map(({ id }) => id)).toEqual(["two-stage.head", "distill"]);
  const refused = await kdf(...parameters, "two-stage+kd+two-stage");
  expect([refused.code, errorCode(refused)]).toEqual([2, "KDF_DISTILLER_UNREADABLE"]);
});
