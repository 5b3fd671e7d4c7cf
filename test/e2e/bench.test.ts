import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Augmenter, Plugin } from "@kdf/core";
import { concatenate, largestOf, reshape, slice, tensorCount } from "@kdf/tensor";
import { pluginOf } from "@kdf/testing";
import { openBench, stepParts, type StepTimes } from "@kdf/trainer";
import { afterAll, describe, expect, it } from "vitest";
import { experiment } from "./in-process.js";
import { boringExperiment, errorCode, kdf, startKdf, temporaryFolder, until } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const parameters = boringExperiment(folder.path, { distiller: "kd", metrics: ["boring-accuracy"] });

/** Waits on purpose, so that its time is known. */
const slow = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
/** Picks half of two copies, and takes 20 ms to make them. */
const picking: Augmenter = {
  needs: [{ role: "teacher", mode: "eval" }],
  sample: () => null,
  propose: (_, { images }) => {
    slow(20);
    const rows = Array.from({ length: images.shape[0]! }, (_row, row) => row);
    return { images: concatenate([images, images]), rows: [...rows, ...rows] };
  },
  select: (pool, outputs, size) => largestOf(reshape(slice(outputs.pool.teacher!, [0, 0], [pool.rows.length, 1]), [pool.rows.length]), size).indices,
};

function expectWhole(times: StepTimes, steps: number): void {
  expect(times).toMatchObject({ steps, images: 16 });
  expect(times.each).toHaveLength(steps);
  expect(Object.keys(times.parts)).toEqual([...stepParts]);
  const sum = Object.values(times.parts).reduce((total, part) => total + part, 0);
  expect(sum).toBeCloseTo(times.milliseconds, 6);
  const { data, augmentation, metrics, rest } = times.parts;
  expect(times.ownShare).toBeCloseTo((data + augmentation + metrics + rest) / times.milliseconds, 9);
  expect(times.imagesPerSecond).toBeCloseTo((times.images * 1000) / times.milliseconds, 6);
}

describe("openBench", () => {
  it("times every part of the step, the models' rows, and leaves nothing", async () => {
    const made = pluginOf("twice", { augmenter: { twice: () => picking } });
    const request = experiment({ augmenterIds: ["twice"], plugins: [made as Plugin] });
    const bench = await openBench(request);
    const before = tensorCount();
    const times = await bench.measure(3, 1);
    expectWhole(times, 3);
    // The batch, and the pool of two: what is picked is not forwarded again.
    expect(times.teacherRows).toBe(48);
    expect(times.parts.augmentation).toBeGreaterThan(19);
    for (const part of ["data", "teacher", "student", "gradients", "optimizer", "metrics"] as const) expect(times.parts[part], part).toBeGreaterThan(0);
    const operations = (await bench.operations())!;
    expect(operations.operations.find(({ name }) => name === "Concat")!.calls).toBeGreaterThan(0);
    expect(operations.operations.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBeLessThan(operations.milliseconds);
    // The optimizer's slots stay until the bench is disposed.
    const slots = tensorCount() - before;
    await bench.measure(1, 0);
    expect(tensorCount() - before).toBe(slots);
    expect(bench.subject).toMatchObject({ distiller: "kd", augmenters: ["twice"], stage: "distill", views: ["original", "augmented"], batchSize: 16 });
    await bench.dispose();
  });

  it("describes the same networks to a peer, every weight that learns among their constants", async () => {
    const clean = tensorCount();
    const bench = await openBench(experiment({}));
    const { student, teacher, distiller, classes } = await bench.peerWork();
    expect(distiller).toEqual({ id: "kd", options: { temperature: 4, weights: { crossEntropy: 0.1, divergenceOriginal: 0.9, divergenceAugmented: 0.9 } } });
    for (const name of student.trained) expect(student.constants.map((constant) => constant.name)).toContain(name);
    expect(student.trained.length).toBeGreaterThan(0);
    expect(teacher!.trained).toEqual([]);
    expect([student, teacher!].map(({ nodes }) => nodes.at(-1)!.outputs)).toEqual([["logits"], ["logits"]]);
    expect(classes).toBeGreaterThan(1);
    await bench.dispose();
    expect(tensorCount()).toBe(clean);
  });
});

describe("kdf bench", () => {
  it("tells people where the time goes, in 80 columns, and programs all of it; nothing is written", async () => {
    const before = readdirSync(folder.path);
    const [text, json] = [await kdf("bench", ...parameters, "--steps", "2"), await kdf("bench", ...parameters, "--steps", "2", "--json")];
    expect([text.code, json.code], `${text.messages}${json.messages}`).toEqual([0, 0]);
    expect(text.output).toMatch(/losses and gradients +[\d.]+ +[\d.]+ %/);
    expect(text.output).toMatch(/whole +[\d.]+ +100\.0 %/);
    expect(text.output).toMatch(/operation +calls +ms/);
    for (const line of text.output.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const report = JSON.parse(json.output) as { times: StepTimes; subject: { engine: { id: string } }; comparisons: unknown[] };
    expectWhole(report.times, 2);
    expect(report.subject.engine.id).toBe("cpu");
    expect(report.comparisons).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it("ends at Ctrl-C", async () => {
    const running = startKdf(["bench", ...parameters, "--steps", "1000000"]);
    await until("steps are taken", () => running.messages().includes("Taking"));
    running.process.kill("SIGINT");
    const { output } = await running.finished;
    expect(output).toBe("");
    expect(running.process.signalCode).toBe("SIGINT");
  });

  const python = (name: string, answer: string): string => {
    const file = join(folder.path, name);
    writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it.each([
    { what: "a Python that is not there", program: () => join(folder.path, "nothing"), says: /is not installed/ },
    { what: "what is no Python", program: () => python("other", "hello"), says: /is no Python that runs/ },
    { what: "a Python without PyTorch", program: () => python("without", '["3.11.2", null]'), says: /without -m pip install torch/ },
    { what: "PyTorch that is too old", program: () => python("old", '["3.11.2", "1.13.1+cu117"]'), says: /has PyTorch 1\.13\.1.*pip install --upgrade torch/ },
    { what: "Python that is too old", program: () => python("oldest", '["3.8.10", "2.1.0"]'), says: /is Python 3\.8\.10/ },
  ])("refuses $what, before anything is measured", async ({ program, says }) => {
    const finished = await kdf("bench", ...parameters, "--against", "pytorch", "--python", program());
    expect(finished.code).toBe(2);
    const said = `${finished.messages}${finished.output}`.replaceAll(/\s+/g, " ");
    expect(said).toMatch(says);
    expect(said).toContain("KDF_PEER_UNAVAILABLE");
    expect(finished.messages).not.toContain("Taking");
  });

  it.each([
    { given: ["--steps", "0"] },
    { given: ["--against", "jax"] },
    { given: ["--python", "python3"] },
  ])("refuses $given", async ({ given }) => {
    const finished = await kdf("bench", ...parameters, ...given, "--json");
    expect([finished.code, errorCode(finished)]).toEqual([2, "KDF_COMMAND_LINE_INVALID"]);
  });
});
