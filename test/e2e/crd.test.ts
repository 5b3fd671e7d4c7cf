import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, TeacherModel } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import crd from "@kdf/plugin-crd";
import { createStreams, tensorCount } from "@kdf/tensor";
import { BoringNetwork, MemoryRegistry, pluginOf } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { resume, start, type Experiment } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

/** A distiller with banks by index, on the engine or in the host's memory, constants of the first batch, and trained extras. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const parts = pluginOf("parts", {
  teacher: {
    pooling: () => ({
      open: async (): Promise<TeacherModel> => {
        const model = new BoringNetwork({ width: 5 }).build({ input: { size: 12, channels: 1, mean: [0.4], std: [0.25] }, classes: 3 }, createStreams(9).at("teacher"));
        const { description } = model;
        return { description, provenance: {}, forward: (images, { taps }) => model.forward(images, { training: false, taps }), dispose: () => model.dispose() };
      },
    }),
  },
});

/** 96 images in six batches. */
async function experiment(bank: "engine" | "host", from: Partial<Experiment> = {}): Promise<Experiment> {
  const distiller = await new MemoryRegistry([crd as Plugin]).create("distiller", "crd", { bank, negatives: 20, embeddingSize: 8 });
  return {
    plugins: [parts, pluginOf("contrast", { distiller: { contrast: () => distiller } })] as readonly Plugin[],
    values: { distiller: "contrast", teacher: "pooling", epochs: 1, validation: { fraction: 0 } },
    ...from,
  };
}

/** Weights, optimizer, layers, banks and constants by name, and the terms of each step. */
function reached(run: string): { readonly tensors: Record<string, readonly number[]>; readonly terms: readonly unknown[] } {
  const last = join(run, "checkpoints/last");
  const files = readdirSync(last).filter((name) => name.endsWith(".safetensors"));
  const entries = files.flatMap((file) => [...decodeSafetensors(readFileSync(join(last, file)), file).tensors]);
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { type: string; terms?: unknown });
  return {
    tensors: Object.fromEntries(entries.map(([name, { data }]) => [name, [...(data as Iterable<number>)]])),
    terms: lines.flatMap(({ type, terms }) => (type === "step" ? [terms] : [])),
  };
}

describe("crd", () => {
  const whole = join(folder.path, "whole");

  it("trains, and keeps banks and constants in the checkpoint and out of the student's weights", async () => {
    const before = tensorCount();
    await start(await experiment("engine"), whole);
    expect(tensorCount()).toBe(before);
    const { tensors } = reached(whole);
    const names = Object.keys(tensors);
    expect(names.filter((name) => name.startsWith("state.")).sort()).toEqual(
      ["state.studentBank", "state.studentConstant", "state.teacherBank", "state.teacherConstant"],
    );
    expect(names).toEqual(expect.arrayContaining(["extras.studentEmbedding.weight", "extras.teacherEmbedding.bias"]));
    for (const model of ["student", "teacher"]) expect(tensors[`state.${model}Constant`]![0]).toBeGreaterThan(0);
    const student = readdirSync(join(whole, "checkpoints/last")).find((name) => name.startsWith("student-"))!;
    const weights = decodeSafetensors(readFileSync(join(whole, "checkpoints/last", student)), student).tensors;
    expect([...weights.keys()].filter((name) => /bank|constant|embedding/i.test(name))).toEqual([]);
  });

  it("reaches the same bits with its banks on the host", async () => {
    const directory = join(folder.path, "host");
    await start(await experiment("host"), directory);
    expect(reached(directory)).toEqual(reached(whole));
  });

  it.each([["engine", 1], ["host", 1], ["host", 4]] as const)("goes on to the same bits with its banks on the %s, after step %i", async (bank, steps) => {
    const directory = join(folder.path, `${bank}-${steps}`);
    const controller = new AbortController();
    let done = 0;
    const observer = {
      stepDone: () => {
        done += 1;
        if (done === steps) controller.abort();
      },
    };
    await start(await experiment(bank, { signal: controller.signal, observer }), directory);
    const cut = reached(directory);
    expect(cut.terms).toHaveLength(steps);
    expect(Object.keys(cut.tensors).filter((name) => /^optimizer\..*teacherEmbedding\.weight/.test(name))).toHaveLength(1);
    await resume(await experiment(bank), directory);
    expect(reached(directory)).toEqual(reached(whole));
  });
});
