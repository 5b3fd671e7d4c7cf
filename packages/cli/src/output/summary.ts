import type { Configuration, Json } from "@kdf/core";
import type { TrainingOutcome } from "@kdf/trainer";
import type { Baseline } from "./baseline.js";
import { formatCell } from "./format.js";
import { formatTable } from "./table.js";

type Results = Readonly<Record<string, Json>>;

/** What a finished run ends with: the test results side by side, where the run is, what to try next. */
export function summarise(outcome: TrainingOutcome, configuration: Configuration, baseline: Baseline | undefined): string {
  const { test, directory } = outcome;
  if (test === undefined) {
    return `Stopped and saved. Go on with:\n  npx kdf train --resume ${directory}`;
  }
  const rows: [string, Results][] = [[`student, last epoch`, test.last]];
  if (test.best !== undefined) rows.push([`student, best on validation (epoch ${test.best.epoch + 1})`, test.best]);
  if (baseline !== undefined) rows.push([`same student without a teacher *`, baseline.test]);
  if (test.teacher !== undefined) rows.push(["teacher", test.teacher]);
  const keys = Object.keys(test.last).filter((key) => key !== "epoch" && typeof test.last[key] === "number");
  const table = formatTable(
    ["test images", ...keys],
    rows.map(([name, results]) => [name, ...keys.map((key) => formatCell(key, results[key]))]),
  );
  const footnote =
    baseline === undefined
      ? ""
      : `\n* measured before: ${baseline.command} (seed ${baseline.seed}, engine ${baseline.engine})\n`;
  return `\n${table}\n${footnote}\nrun:  ${directory}\nnext: npx ${nextStep(configuration, directory)}`;
}

function nextStep(configuration: Configuration, directory: string): string {
  if (configuration.teacher === null) return `kdf train --teacher ${directory} --student ${configuration.student}`;
  return `kdf rank --augmenters identity,cutout,mixup,cutmix,cutmixpick`;
}
