import type { DryRun } from "@kdf/trainer";
import { formatDuration, formatNumber } from "./format.js";
import { paragraph } from "./paragraph.js";
import { formatTable } from "./table.js";

/** What a dry run found, for people. */
export function dryRunText(plan: DryRun, columns: number): string {
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
  // A term stays with its value: the space between them is no place to break.
  const terms = Object.entries(plan.terms).map(([name, value]) => `${name}\u00A0${formatNumber(value)}`);
  return [
    stages,
    "",
    `images:   ${plan.images.training} to train, ${plan.images.validation} to validate`,
    `student:  ${plan.parameters.student.toLocaleString("en")} weights`,
    paragraph(terms.join(", "), columns, "terms:    ").replaceAll("\u00A0", " "),
    `training: about ${formatDuration(plan.estimatedSeconds)}, evaluation apart`,
    "Nothing was written.",
  ].join("\n");
}
