// 2,000 training steps: the number of tensors stays what it is, and the process stays as large as it is.
// Each case is a process of its own, since one engine serves a process. Options: --steps 2000, --only boring | resnet8
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inTemporaryFolder } from "./lib/command.mjs";
import { begin, repository, round, writeResult } from "./lib/result.mjs";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "2000" }, only: { type: "string" }, measure: { type: "string" } },
});
const steps = Number(values.steps);
const batchSize = 16;

/** One epoch has 200 steps, so that the end of an epoch (evaluation, checkpoint) is part of what is watched. */
const images = { training: 200 * batchSize, test: 5 * batchSize };
const cases = {
  boring: { student: "boring", engine: "cpu", augmenter: "cutmix", shape: { classes: 3, size: 12, channels: 1 } },
  resnet8: { student: "resnet8", engine: "wasm", augmenter: "cutmixpick", shape: { classes: 10, size: 28, channels: 1 } },
};

/** A sample every 20 steps: tensors alive, their bytes, the resident size. */
async function measure({ student, engine, augmenter, shape }, folder) {
  const [{ augmenterChain, composeHost, packageVersions, pluginRecord }, { startTraining }, { writePlugin }, { tensorBytes, tensorCount }] =
    await Promise.all([import("@kdf/host"), import("@kdf/trainer"), import("@kdf/testing"), import("@kdf/tensor")]);
  const host = await composeHost({
    directory: repository,
    logger: { info: () => undefined, warn: () => undefined },
    preset: null,
    plugins: [writePlugin(join(folder, "boring"), "boring"), augmenter],
    values: {
      dataset: "boring",
      teacher: "boring",
      student,
      engine,
      distiller: "kd",
      metrics: ["top-1", "loss", "t-stddev"],
      epochs: Math.ceil(steps / 200),
      batchSize,
      validation: { fraction: 0 },
      options: { "dataset:boring": { ...shape, ...images }, "teacher:boring": shape },
    },
  });
  const configuration = host.configuration.complete();
  const directory = join(folder, "run");
  const samples = [];
  const observer = {
    stepDone({ globalStep }) {
      if (globalStep % 20 !== 0) return;
      samples.push({ step: globalStep, tensors: tensorCount(), bytes: tensorBytes(), resident: process.memoryUsage.rss() });
    },
  };
  const augmenterIds = augmenterChain(host.configuration.plugins, host.index);
  const origin = async () => ({
    command: ["memory.mjs"],
    plugins: (await host.registry.loaded()).map(pluginRecord),
    versions: packageVersions(),
  });
  await startTraining({ container: host.container, configuration, augmenterIds, observer, origin }, directory);
  return samples;
}

/** Slope of the least-squares line through [x, y]. */
function slope(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const covariance = mean((point) => (point[0] - x) * (point[1] - y));
  return covariance / mean((point) => (point[0] - x) ** 2);
}

function summary(samples) {
  const megabytes = (bytes) => round(bytes / 2 ** 20);
  // The first quarter fills caches and lets the compiler finish.
  const settled = samples.filter(({ step }) => step > samples.at(-1).step / 4);
  const tensors = settled.map((sample) => sample.tensors);
  return {
    steps: samples.at(-1).step,
    tensors: { least: Math.min(...tensors), most: Math.max(...tensors), constant: Math.min(...tensors) === Math.max(...tensors) },
    tensorMegabytes: { start: megabytes(settled[0].bytes), end: megabytes(settled.at(-1).bytes) },
    residentMegabytes: {
      first: megabytes(samples[0].resident),
      settled: megabytes(settled[0].resident),
      end: megabytes(settled.at(-1).resident),
      per1000Steps: round((1000 * slope(settled.map(({ step, resident }) => [step, resident]))) / 2 ** 20, 2),
    },
    samples: samples.filter(({ step }) => step % 100 === 0).map(({ step, tensors: count, resident }) => [step, count, megabytes(resident)]),
  };
}

/** This file again, for one case; its samples as JSON. */
function inChild(name) {
  const child = spawn(process.execPath, [import.meta.filename, "--measure", name, "--steps", String(steps)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done(JSON.parse(output)) : fail(new Error(`case ${name} ended with ${code}`))));
  });
}

if (values.measure !== undefined) {
  const samples = await inTemporaryFolder((folder) => measure(cases[values.measure], folder));
  process.stdout.write(JSON.stringify(samples));
} else {
  const circumstances = begin();
  const measured = {};
  for (const [name, which] of Object.entries(cases)) {
    if (values.only !== undefined && values.only !== name) continue;
    measured[name] = { ...which, batchSize, ...summary(await inChild(name)) };
  }
  writeResult("memory", circumstances, { sampleColumns: ["step", "tensors", "resident megabytes"], cases: measured });
}
