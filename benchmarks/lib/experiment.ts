import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokens } from "@kdf/core/tokens";
import { composeHost } from "@kdf/host";
import { encodeWeights } from "@kdf/nn";
import { writePlugin } from "@kdf/testing";
import { createStreams } from "@kdf/tensor";
import { repository } from "./result.mjs";

export const shape = { classes: 100, size: 32, channels: 3 };
export const batchSize = 64;

export interface Experiment {
  readonly teacher: string;
  readonly student: string;
  readonly engine: string;
  readonly threads: number;
  /** The teacher plugin in whose runtime the teacher runs. */
  readonly teacherEngine?: string;
  /** The runtime's own, unless given: beside an engine it leaves that a part of the processors. */
  readonly teacherThreads?: number;
  readonly plugins: readonly string[];
  /** kd unless given. */
  readonly distiller?: string;
  /** Of an epoch; an end of one is not to fall into what is measured. */
  readonly steps: number;
}

/**
 * A composed run on made images of CIFAR's shape. The teacher's weights are the network's first ones, in a file in
 * `folder`: what they are does not change how long they take. The engine of this process is started.
 */
export async function composeExperiment({ teacher, student, engine, threads, teacherEngine, teacherThreads, plugins, distiller = "kd", steps }: Experiment, folder: string) {
  const boring = writePlugin(join(folder, "boring"), "boring");
  const host = await composeHost({
    directory: repository,
    logger: { info: () => undefined, warn: () => undefined },
    preset: null,
    plugins: [boring, ...plugins],
    values: {
      dataset: "boring",
      teacher: join(folder, "teacher.safetensors"),
      teacherEngine: teacherEngine ?? null,
      student,
      engine,
      distiller,
      metrics: ["top-1", "loss", "t-stddev"],
      epochs: 1,
      batchSize,
      validation: { fraction: 0 },
      options: {
        "dataset:boring": { ...shape, training: steps * batchSize, test: batchSize },
        [`engine:${engine}`]: { threads },
        ...(teacherThreads !== undefined && { [`teacher:${teacherEngine}`]: { threads: teacherThreads } }),
      },
    },
  });
  const report = await (await host.registry.create("engine", engine)).start();
  host.container.provide(tokens.engine, report);
  const { description } = await host.registry.create("dataset", "boring");
  const network = await host.registry.create("network", teacher);
  const { mean, std } = description;
  const model = network.build({ input: { size: shape.size, channels: shape.channels, mean, std }, classes: shape.classes }, createStreams(0).at("teacher"));
  writeFileSync(join(folder, "teacher.safetensors"), await encodeWeights(model));
  model.dispose();
  return { host, report };
}
