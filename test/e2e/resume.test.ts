import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boringExperiment, kdf, pluginParameters, startKdf, temporaryFolder, until } from "./kdf.js";

/**
 * A distiller with two stages, a trainable extra, a bank by index, a view from raw images in another view's norm group;
 * an augmenter that picks by the student in training mode; a metric whose blocks span checkpoints. The loop knows none
 * of them, and a run that is broken off anywhere goes on to the same bits.
 */
const folder = temporaryFolder();
const experiment = [...boringExperiment(folder.path), ...pluginParameters(folder.path, "student-pick")];
afterAll(() => folder.remove());

interface Reached {
  readonly student: Buffer;
  readonly training: Buffer;
  readonly lines: Record<string, unknown>[];
  readonly state: Record<string, unknown>;
}

function reached(run: string): Reached {
  const last = join(run, "checkpoints", "last");
  const state = JSON.parse(readFileSync(join(last, "state.json"), "utf8")) as Record<string, unknown>;
  const files = state["files"] as { student: string; training: string };
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const line of lines) delete line["imagesPerSecond"];
  delete state["linesLength"];
  return { student: readFileSync(join(last, files.student)), training: readFileSync(join(last, files.training)), lines, state };
}

function expectSame(run: string, reference: Reached): void {
  const got = reached(run);
  expect(got.student.equals(reference.student)).toBe(true);
  expect(got.training.equals(reference.training)).toBe(true);
  expect(got.state).toEqual(reference.state);
  expect(got.lines).toEqual(reference.lines);
}

const steps = (run: string): Record<string, unknown>[] =>
  existsSync(join(run, "metrics.jsonl"))
    ? readFileSync(join(run, "metrics.jsonl"), "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line["type"] === "step")
    : [];

/** Waits until the run has taken `count` steps of its stage `distill`. */
const untilSecondStage = (run: string, count: number): Promise<void> =>
  until(`${run} has taken ${count} steps of its second stage`, () => steps(run).filter((line) => line["stage"] === "distill").length >= count);

/** How many lines the run wrote after its last checkpoint: what a kill loses. */
function linesBeyondCheckpoint(run: string): number {
  const state = JSON.parse(readFileSync(join(run, "checkpoints", "last", "state.json"), "utf8")) as { globalStep: number };
  return steps(run).filter((line) => (line["globalStep"] as number) > state.globalStep).length;
}

/** Holds the process where its run has written lines that no checkpoint covers. */
async function holdBetweenCheckpoints(run: string, process: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    process.kill("SIGSTOP");
    if (linesBeyondCheckpoint(run) > 0) return;
    process.kill("SIGCONT");
    await new Promise((done) => setTimeout(done, 3));
  }
  throw new Error(`${run} was never between two checkpoints`);
}

describe("a run that is broken off in its second stage", () => {
  const whole = join(folder.path, "whole");
  let reference: Reached;

  it("has a reference that nothing interrupts", async () => {
    const { code, messages } = await kdf("train", ...experiment, "--run-dir", whole);
    expect(messages).not.toContain("error");
    expect(code).toBe(0);
    reference = reached(whole);
    expect(new Set(steps(whole).map((line) => line["stage"]))).toEqual(new Set(["head", "distill"]));
  });

  it("saves on SIGINT, exits with 130 and goes on to the same bits", async () => {
    const run = join(folder.path, "interrupted");
    const { process, finished } = startKdf(["train", ...experiment, "--run-dir", run]);
    await untilSecondStage(run, 3);
    process.kill("SIGINT");
    const { code, output } = await finished;
    expect(code).toBe(130);
    expect(output).toContain(`--resume ${run}`);
    expect((await kdf("train", "--resume", run)).code).toBe(0);
    expectSame(run, reference);
  });

  it("goes on to the same bits after kill -9, and keeps the lines that were cut", async () => {
    const run = join(folder.path, "killed");
    const { process, finished } = startKdf(["train", ...experiment, "--run-dir", run]);
    await untilSecondStage(run, 5);
    await holdBetweenCheckpoints(run, process);
    process.kill("SIGKILL");
    await finished;
    expect(linesBeyondCheckpoint(run)).toBeGreaterThan(0);
    const resumed = await kdf("train", "--resume", run, "--json");
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.output)).toMatchObject({ status: "finished", directory: run });
    expectSame(run, reference);
    expect(readdirSync(join(run, "attempts"))).toEqual(["1.jsonl"]);
  });

  it("is not repeated by another seed: the comparison can fail", async () => {
    const run = join(folder.path, "other-seed");
    expect((await kdf("train", ...experiment, "--seed", "1", "--run-dir", run)).code).toBe(0);
    expect(reached(run).student.equals(reference.student)).toBe(false);
  });

  it("refuses to go on with another number of threads", async () => {
    const run = join(folder.path, "whole");
    const record = join(run, "run.json");
    const text = readFileSync(record, "utf8");
    writeFileSync(record, text.replace('"threads": 1', '"threads": 3'));
    const refused = await kdf("train", "--resume", run, "--json");
    writeFileSync(record, text);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.output)).toMatchObject({ error: { code: "KDF_RESUME_MISMATCH" } });
  });

  it("refuses settings beside --resume: they would be ignored", async () => {
    const refused = await kdf("train", "--resume", join(folder.path, "whole"), "--seed", "3", "--set", "epochs=9", "--json");
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(/so (--seed, --set|--set, --seed) cannot be given with it/);
  });

  it("evaluates again, and changes no weights, where it was finished", async () => {
    const run = join(folder.path, "whole");
    const resumed = await kdf("train", "--resume", run, "--json");
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.output)).toMatchObject({ status: "finished" });
    expectSame(run, reference);
  });
});

describe("SIGINT twice", () => {
  it("exits at once with 130", async () => {
    const run = join(folder.path, "twice");
    const { process, finished, messages } = startKdf(["train", ...experiment, "--epochs", "50", "--run-dir", run]);
    await untilSecondStage(run, 2);
    process.kill("SIGINT");
    await until("the first signal is answered", () => messages().includes("once more to exit at once"));
    process.kill("SIGINT");
    expect((await finished).code).toBe(130);
  });
});
