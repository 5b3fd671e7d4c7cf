import type { Json, MetricsLine, RunRecord } from "@kdf/core";
import { html, type Html } from "../html.js";
import { curvePlot, type Curve } from "../plot/curves.js";
import type { Plot } from "../plot/svg.js";
import { mean } from "../statistics/moments.js";
import { figure, link, reportPage, table, type Cell, type Section } from "./page.js";

type Results = Readonly<Record<string, Json>>;

/** One epoch of a run, counted from 1 through all stages. */
interface Epoch {
  readonly epoch: number;
  readonly training: Results;
  readonly validation: Results;
}

/**
 * The report of one run as a page of its own, from its run.json and the lines of its metrics.jsonl: what came of it, its
 * curves, how it was made. Links lead to files beside it.
 */
export function runReport(record: RunRecord, lines: readonly MetricsLine[]): string {
  const epochs = epochsOf(lines);
  const tested = lines.filter((line) => line.type === "evaluation" && line.split === "test");
  const { configuration, split } = record;
  const made = `${configuration.student} ${configuration.teacher === null ? "without a teacher" : `from ${configuration.teacher}`}, on ${configuration.dataset}`;
  return reportPage({
    title: record.name,
    lead: made,
    facts: [
      ["begun", record.startedAt],
      ["epochs", `${epochs.length} recorded, ${configuration.epochs} asked for`],
      ["batch size", String(configuration.batchSize)],
      ["distiller", configuration.distiller],
      ["engine", `${record.engine.id}, ${record.engine.device}, ${record.engine.threads} threads`],
      ["seed", String(configuration.seed)],
      ["images", `${split.training} training, ${split.validation} validation, ${split.test} test`],
    ],
    sections: [
      ...(tested.length > 0 ? [] : [unfinished(epochs)]),
      { id: "test", heading: "On the test images", body: tested.length === 0 ? html`<p>Not evaluated yet.</p>` : testTable(tested) },
      { id: "curves", heading: "Training", body: curves(lines, epochs) },
      { id: "made", heading: "How it was made", body: provenance(record) },
    ],
    foot: "Made by kdf from run.json and metrics.jsonl.",
  });
}

const unfinished = (epochs: readonly Epoch[]): Section => ({
  id: "before",
  heading: "This run is not finished",
  body: html`<div class="warning"><p>It stands after ${epochs.length === 1 ? "1 epoch" : `${epochs.length} epochs`}. kdf train --resume goes on with it, and writes this report anew.</p></div>`,
});

function epochsOf(lines: readonly MetricsLine[]): Epoch[] {
  const epochs: Epoch[] = [];
  let stage: string | undefined;
  let before = 0;
  for (const line of lines) {
    if (line.type === "step" || (line.type === "evaluation" && (line.split !== "validation" || line.role !== "student"))) continue;
    if (stage !== line.stage) [stage, before] = [line.stage, epochs.at(-1)?.epoch ?? 0];
    const epoch = before + line.epoch + 1;
    const last = epochs.at(-1);
    const known: Epoch = last?.epoch === epoch ? last : { epoch, training: {}, validation: {} };
    const merged = line.type === "training" ? { ...known, training: line.metrics } : { ...known, validation: line.metrics };
    if (known === last) epochs[epochs.length - 1] = merged;
    else epochs.push(merged);
  }
  return epochs;
}

function testTable(tested: readonly MetricsLine[]): Html {
  const results = tested.flatMap((line) => (line.type === "evaluation" ? [line] : []));
  const keys = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  const names = { last: "student, last epoch", best: "student, best on validation" };
  const rows = results.map(({ role, checkpoint, metrics }): Cell[] => [
    role === "teacher" ? "teacher" : checkpoint === undefined ? "student" : names[checkpoint],
    ...keys.map((key) => numberOr(metrics[key])),
  ]);
  return table("Test results", ["", ...keys], rows);
}

/** The loss and the learning rate by step, then what was measured by epoch, validation and training side by side. */
function curves(lines: readonly MetricsLine[], epochs: readonly Epoch[]): Html {
  const steps = lines.filter((line) => line.type === "step");
  if (steps.length === 0) return html`<p>No step is recorded yet.</p>`;
  const terms = [...new Set(steps.flatMap((step) => Object.keys(step.terms)))];
  const byStep: [string, Curve[]][] = [
    ["loss", [stepCurve("total", steps, ({ total }) => total), ...terms.map((term) => stepCurve(term, steps, (step) => step.terms[term]))]],
    ["learning rate", [stepCurve("learning rate", steps, ({ learningRate }) => learningRate)]],
  ];
  const keysOf = (part: "training" | "validation"): string[] => [...new Set(epochs.flatMap((epoch) => Object.keys(epoch[part])))];
  const validated = keysOf("validation");
  const byEpoch = epochs.length < 2 ? [] : validated.map((key): [string, Curve[]] => [key, [epochCurve("validation", epochs, ({ validation }) => validation[key]), epochCurve("training", epochs, ({ training }) => training[key])]]);
  const draw = (xName: string, given: readonly [string, Curve[]][]): Plot[] =>
    given.flatMap(([name, all]) => {
      const drawn = all.filter(({ points }) => points.length > 0);
      return drawn.length === 0 ? [] : [curvePlot({ title: `${name} by ${xName}`, xName, yName: name, curves: drawn })];
    });
  const plots = [...draw("step", byStep), ...draw("epoch", byEpoch)];
  const last = epochs.at(-1);
  const measured = last === undefined ? [] : [...new Set([...validated, ...keysOf("training")])].map((key): Cell[] => [key, numberOr(last.validation[key]), numberOr(last.training[key])]);
  return html`<div class="figures">${plots.map((plot, place) => figure(plot, `curve-${place + 1}`))}</div>${
    measured.length === 0 ? undefined : table(`At the end of epoch ${last!.epoch}`, ["value", "validation", "training"], measured)
  }`;
}

type Step = Extract<MetricsLine, { type: "step" }>;

/** More points than this are not told apart. */
const mostPoints = 120;

/** Means over equally many steps each. */
function stepCurve(name: string, steps: readonly Step[], of: (step: Step) => number | undefined): Curve {
  const known = steps.flatMap((step) => {
    const value = of(step);
    return value === undefined || !Number.isFinite(value) ? [] : [[step.globalStep, value] as const];
  });
  const size = Math.ceil(known.length / mostPoints);
  const points = Array.from({ length: Math.ceil(known.length / size) }, (_, place) => {
    const own = known.slice(place * size, (place + 1) * size);
    return [own.at(-1)![0], mean(own.map(([, value]) => value))] as const;
  });
  return { name, points };
}

function epochCurve(name: string, epochs: readonly Epoch[], of: (epoch: Epoch) => Json | undefined): Curve {
  const points = epochs.flatMap((epoch) => {
    const value = of(epoch);
    return typeof value === "number" ? [[epoch.epoch, value] as const] : [];
  });
  return { name, points };
}

const numberOr = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);

function provenance({ command, plugins, options, versions, dataset, split, teacher, platform, gitCommit }: RunRecord): Html {
  const facts: (readonly Cell[])[] = [
    ["command", html`<code>${command.join(" ")}</code>`],
    ["git commit", gitCommit ?? "none"],
    ["platform", Object.values(platform).join(", ")],
    ["versions", Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")],
    ["data", html`${Object.entries(dataset).map(([key, value]) => html`${key}: ${value}<br>`)}hash of the split: ${split.hash}`],
    ...(teacher === null ? [] : [["teacher", html`${Object.entries(teacher).map(([key, value]) => html`${key}: ${value}<br>`)}`]]),
  ];
  return html`${table("Origin", ["what", "value"], facts)}
${table("Plugins", ["id", "package", "version", "sha256 of its files"], plugins.map(({ id, package: name, version, hash }): Cell[] => [id, name, version, hash.slice(0, 16)]))}
${table("Options", ["contribution", "options"], Object.entries(options).map(([id, value]): Cell[] => [id, html`<code>${JSON.stringify(value)}</code>`]))}
<p>Files of the run: ${["run.json", "config.yaml", "metrics.jsonl", "metrics.csv"].map((file, place) => [place === 0 ? undefined : html`, `, link(file, file)])}.</p>`;
}
