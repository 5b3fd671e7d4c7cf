import type { DryRun } from "@kdf/trainer";
import { formatDuration, formatNumber } from "./format.js";
import { formatTable } from "./table.js";

/** What a dry run found, for people. */
export function dryRunText(plan: DryRun): string {
  const stages = formatTable(
    ["stage", "epochs", "steps", "ms a step", "trained weights"],
    plan.stages.map((stage) => [
      stage.id,
      String(stage.epochs),
      String(stage.steps),
      formatNumber(Math.round(stage.millisecondsPerStep)),
      stage.trainedParameters.toLocaleString("en"),
    ]),
  );
  const terms = Object.entries(plan.terms).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return [
    stages,
    "",
    `images:   ${plan.images.training} to train, ${plan.images.validation} to validate`,
    `student:  ${plan.parameters.student.toLocaleString("en")} weights`,
    `terms:    ${terms.join(", ")}`,
    `training: about ${formatDuration(plan.estimatedSeconds)}, evaluation apart`,
    "Nothing was written.",
  ].join("\n");
}
