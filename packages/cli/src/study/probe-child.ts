/** Times a few steps of a task for the process that asks (`probe-tasks.ts`), and checks on the way that all of it fits. */
import { writeFileSync } from "node:fs";
import { augmenterChain, composeHost } from "@kdf/host";
import { encodeWeights } from "@kdf/nn";
import { dryRun, openRun } from "@kdf/trainer";
import { errorJson } from "../output/error-report.js";
import type { ProbeAnswer, ProbeQuestion } from "./probe-tasks.js";

const silent = { info: () => undefined, warn: () => undefined };

async function answer({ project, dataDirectory, configuration, initialWeights, steps }: ProbeQuestion): Promise<ProbeAnswer> {
  const { plugins, preset, ...values } = configuration;
  const host = await composeHost({
    directory: project,
    logger: silent,
    preset: preset ?? null,
    plugins,
    values,
    ...(dataDirectory !== undefined && { dataDirectory }),
  });
  const augmenterIds = augmenterChain(plugins, host.index);
  const run = await openRun({ container: host.container, configuration: host.configuration.complete(), augmenterIds });
  if (initialWeights !== undefined) {
    const { description } = run.dataset;
    const metadata = { options: JSON.stringify(run.networkOptions), dataset: description.id, classNames: JSON.stringify(description.classes) };
    writeFileSync(initialWeights, await encodeWeights(run.student.model, metadata));
  }
  const { estimatedSeconds } = await dryRun(run, steps);
  return { seconds: estimatedSeconds };
}

process.on("disconnect", () => process.exit());
process.once("message", (question: ProbeQuestion) => {
  void answer(question)
    .catch((error: unknown): ProbeAnswer => ({ problem: errorJson(error).error["happened"] ?? String(error) }))
    .then((told) => process.send?.(told, () => process.exit()));
});
