import type { StepOperations, StepPart } from "@kdf/trainer";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";
import type { BenchReport, Comparison } from "./bench-report.js";

const names: Readonly<Record<StepPart, string>> = {
  data: "data: waited for or read here",
  augmentation: "augmentation: drawn, made, picked",
  teacher: "teacher: computed or waited for",
  student: "student forward",
  gradients: "losses and gradients",
  optimizer: "optimizer",
  metrics: "metrics",
  rest: "the rest",
};

const shownOperations = 12;

/** What `kdf bench` found, for people. */
export function benchText({ subject, times, operations, comparisons, notes }: BenchReport, columns: number): string {
  const { engine, teacher } = subject;
  const facts = [
    ["student", subject.student],
    ["teacher", teacher === null ? "none" : `${teacher.network}, on ${teacher.runtime}`],
    ["data", `${subject.dataset}, ${subject.batchSize} images a step`],
    ["step", [subject.distiller, `stage ${subject.stage}`, ...subject.augmenters].join(", ")],
    ["engine", `${engine.id}: ${engine.library}, ${engine.device}, ${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`],
  ] as const;
  const share = (milliseconds: number): string => `${((100 * milliseconds) / times.milliseconds).toFixed(1)} %`;
  const parts = Object.entries(times.parts) as [StepPart, number][];
  const rows = [...parts.map(([part, milliseconds]) => [names[part], formatMilliseconds(milliseconds), share(milliseconds)]), ["whole", formatMilliseconds(times.milliseconds), share(times.milliseconds)]];
  const own = `${(100 * times.ownShare).toFixed(1)} % of it is neither model nor optimizer (data, augmentation, metrics, the rest)`;
  return [
    ...facts.map(([name, value]) => paragraph(value, columns, `${name.padEnd(8)} `)),
    "",
    formatTable([`${times.steps} steps`, "ms a step", "share"], rows),
    "",
    paragraph(`${times.imagesPerSecond.toFixed(1)} images a second; ${own}.`, columns),
    ...(subject.computesBeside ? [paragraph("This engine computes beside kdf's thread: the parts say where the thread waits.", columns)] : []),
    ...(operations === undefined ? [] : ["", operationsText(operations)]),
    ...(comparisons.length === 0 ? [] : ["", comparisonText(comparisons)]),
    ...notes.map((note) => paragraph(note, columns)),
  ].join("\n");
}

function operationsText({ milliseconds, operations }: StepOperations): string {
  const total = operations.reduce((sum, operation) => sum + operation.milliseconds, 0);
  const shown = operations.slice(0, shownOperations).map(({ name, calls, milliseconds: time }) => [name, String(calls), formatMilliseconds(time)]);
  const others = operations.slice(shownOperations);
  const rest = others.length === 0 ? [] : [[`${others.length} others`, String(others.reduce((sum, { calls }) => sum + calls, 0)), formatMilliseconds(others.reduce((sum, { milliseconds: time }) => sum + time, 0))]];
  return [
    formatTable(["operation", "calls", "ms"], [...shown, ...rest]),
    `together ${formatMilliseconds(total)} of the ${formatMilliseconds(milliseconds)} ms of one further step`,
  ].join("\n");
}

function comparisonText(comparisons: readonly Comparison[]): string {
  const { torch, python, threads, device, compared } = comparisons[0]!;
  return [
    formatTable(
      [compared === "step" ? "in turns, ms a step" : "in turns, ms of the models", "kdf", "PyTorch", "ratio"],
      comparisons.map(({ peer, ours, theirs, ratio }) => [peer, formatMilliseconds(ours), formatMilliseconds(theirs), ratio.toFixed(2)]),
    ),
    `PyTorch ${torch} on Python ${python}, ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}; ratio = PyTorch / kdf`,
  ].join("\n");
}

const formatMilliseconds = (milliseconds: number): string => (milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds >= 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(2));
