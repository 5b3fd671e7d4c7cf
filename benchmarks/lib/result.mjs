import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";

export const repository = resolve(import.meta.dirname, "../..");

/** What a number depends on besides the code. Load is the mean number of waiting processes over the last minute. */
function machine() {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    load: round(loadavg()[0], 2),
  };
}

function commit() {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: repository, encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** To be called before anything is measured, so that the load is that of the others. */
export function begin() {
  return { date: new Date().toISOString(), commit: commit(), machine: machine() };
}

/** What results/<name>.json holds; undefined where there is none yet. */
export function readResult(name) {
  const file = join(repository, "benchmarks/results", `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** Writes results/<name>.json, with the circumstances that `begin` returned, and prints it. */
export function writeResult(name, circumstances, measured) {
  const folder = join(repository, "benchmarks/results");
  const text = `${JSON.stringify({ benchmark: name, ...circumstances, ...measured }, null, 2)}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), text);
  process.stdout.write(text);
}

export function round(number, digits = 1) {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and most, rounded. */
export function spread(numbers, digits = 1) {
  return {
    median: round(median(numbers), digits),
    least: round(Math.min(...numbers), digits),
    most: round(Math.max(...numbers), digits),
    count: numbers.length,
  };
}
