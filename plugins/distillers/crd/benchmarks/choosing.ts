// Three ways to the negatives' part of one direction, loss and gradient: a mask over all scores, gathering the scores, gathering
// the vectors. From this folder's package: npx tsx benchmarks/choosing.ts --engine wasm
// Writes results/choosing-<engine>.json. Other options: --images 50000, --batch 64, --negatives 16384, --rounds 7
import { parseArgs } from "node:util";
import type { TensorLike } from "@kdf/core";
import {
  add, createStreams, disposeAll, floats, gather, integers, matrixMultiply, multiply, read, reshape, scope, sigmoid, slice, softplus, sum, transpose, withRows, zeros,
} from "@kdf/tensor";
import { startEngine } from "./engine.js";
import { writeResult } from "./result.js";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "wasm" },
    images: { type: "string", default: "50000" },
    batch: { type: "string", default: "64" },
    negatives: { type: "string", default: "16384" },
    rounds: { type: "string", default: "7" },
  },
});
const [length, images, count, width] = [Number(values.images), Number(values.batch), Number(values.negatives), 128];
const report = await startEngine(values.engine);
const stream = createStreams(0).at("choosing");
const uniform = (shape: readonly [number, number], bound: number): TensorLike =>
  floats(Float32Array.from({ length: shape[0] * shape[1] }, () => (2 * stream.uniform() - 1) * bound), shape);
const bank = uniform([length, width], 0.15);
const queries = uniform([images, width], 2);
const columns = scope(() => transpose(queries));
const chosen = Array.from({ length: images }, () => Int32Array.from(stream.choose(length, count)));
const places = new Int32Array(images * count);
chosen.forEach((rows, image) => rows.forEach((row, draw) => (places[image * count + draw] = row * images + image)));

const total = (scores: TensorLike): TensorLike => sum(sum(scores, 0));
type Result = readonly [loss: TensorLike, gradient: TensorLike];
const ways: Record<string, () => Result> = {
  "mask over all scores"() {
    const ones = new Float32Array(length * images);
    for (const place of places) ones[place] = 1;
    const mask = floats(ones, [length, images]);
    const scores = matrixMultiply(bank, columns);
    return [total(multiply(softplus(scores), mask)), matrixMultiply(transpose(multiply(sigmoid(scores), mask)), bank)];
  },
  "scores gathered"() {
    const at = integers(places, [places.length]);
    const scores = gather(reshape(matrixMultiply(bank, columns), [length * images]), at);
    const slopes = reshape(withRows(zeros([length * images]), at, sigmoid(scores)), [length, images]);
    return [total(reshape(softplus(scores), [images, count])), matrixMultiply(transpose(slopes), bank)];
  },
  // Image by image: all vectors at once are 537 MB.
  "vectors gathered"() {
    const parts = chosen.map((rows, image) =>
      scope(() => {
        const vectors = gather(bank, integers(rows, [count]));
        const scores = matrixMultiply(vectors, slice(columns, [0, image], [width, 1]));
        return [total(softplus(scores)), matrixMultiply(transpose(sigmoid(scores)), vectors)] as never;
      }),
    ) as Result[];
    return [parts.map(([loss]) => loss).reduce((a, b) => add(a, b)), parts.at(-1)![1]];
  },
};

const rounded = (number: number): number => Math.round(number * 10) / 10;
const times: Record<string, { passed: number[]; processor: number[] }> = {};
for (let round = -2; round < Number(values.rounds); round += 1) {
  // In turn, so that a slow moment of a shared machine meets them all.
  for (const [name, way] of Object.entries(ways)) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    const made = scope(way as never) as unknown as Result;
    for (const tensor of made) await read(tensor);
    const { user, system } = process.cpuUsage(used);
    if (round >= 0) {
      (times[name] ??= { passed: [], processor: [] }).passed.push(performance.now() - start);
      times[name].processor.push((user + system) / 1000);
    }
    disposeAll(made as never);
  }
}
const spread = (all: readonly number[]): { median: number; least: number; most: number } => {
  const sorted = all.toSorted((a, b) => a - b);
  return { median: rounded(sorted[sorted.length >> 1]!), least: rounded(sorted[0]!), most: rounded(sorted.at(-1)!) };
};
const milliseconds = Object.fromEntries(Object.entries(times).map(([name, { passed, processor }]) => [name, { passed: spread(passed), processor: spread(processor) }]));
console.table(Object.fromEntries(Object.entries(milliseconds).map(([name, { passed, processor }]) => [name, { passed: passed.median, processor: processor.median }])));
writeResult(`choosing-${values.engine}`, {
  engine: { id: report.id, library: report.library, device: report.device, threads: report.threads },
  images: length, batch: images, negatives: count, embeddingSize: width, rounds: Number(values.rounds), milliseconds,
});
