// The teacher's forward pass of 64 images in a teacher plugin's runtime, as a worker of pytorch.ts. Parameters: network,
// engine of the process, threads, runtime.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createStreams, disposeAll, floats, read } from "@kdf/tensor";
import { openTeacher } from "@kdf/nn";
import { batchSize, composeExperiment, shape } from "./lib/experiment.js";
import { say } from "./lib/turns.js";

const [network = "", engine = "", threads = "2", runtime = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "kdf-teacher-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { host } = await composeExperiment({ teacher: network, student: "resnet8", engine, threads: Number(threads), teacherEngine: runtime, teacherThreads: Number(threads), plugins: [], steps: 1 }, folder);
const own = await openTeacher({ file: join(folder, "teacher.safetensors"), createNetwork: (id, options) => host.registry.create("network", id, options) });
const teacher = await (await host.registry.create("teacher", runtime)).adopt!(own);
const stream = createStreams(0).at("images");
const dimensions = [batchSize, shape.size, shape.size, shape.channels];
const images = floats(Float32Array.from({ length: dimensions.reduce((a, b) => a * b, 1) }, () => stream.normal()), dimensions);

async function forward(): Promise<void> {
  const { logits } = await teacher.forward(images, { taps: [] });
  await read(logits);
  disposeAll(logits);
}

for (let warm = 0; warm < 3; warm += 1) await forward();
say({ runtime, network });
for await (const _ of createInterface({ input: process.stdin })) {
  const started = performance.now();
  for (let time = 0; time < 4; time += 1) await forward();
  say({ forward: (performance.now() - started) / 4 });
}
process.exit(0);
