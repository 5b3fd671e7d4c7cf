import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DatasetDescription, Json, TeacherInspection } from "@kdf/core";
import { inspectTeacher, type InspectedTeacher } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { neededConfiguration } from "../needed-configuration.js";
import { commandBlock } from "../output/command-block.js";
import { formatNumber } from "../output/format.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { composeWithEngine } from "./choose-engine.js";

export interface InspectOptions extends PluginOptions, Pick<ValueOptions, "dataset" | "dataDir" | "onBadImage" | "engine"> {
  readonly verify?: string;
  readonly layout?: "NCHW" | "NHWC";
}

/** `kdf teacher inspect`; exit 1 where logits differ by more than the rule allows. */
export async function inspect(options: InspectOptions, terminal: Terminal, named: string): Promise<CommandResult> {
  const { dataset, verify, layout } = options;
  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const path = resolve(terminal.directory, named);
  const inspected = await inspectTeacher({
    container: host.container,
    configuration: neededConfiguration(host.configuration, ["engine"]),
    teacher: existsSync(path) ? path : named,
    ...(dataset !== undefined && { dataset }),
    ...(verify !== undefined && { verify: { file: resolve(terminal.directory, verify), ...(layout && { layout }) } }),
  });
  const { verification } = inspected;
  const next = nextCommand(named, inspected, options.set);
  const { inspection, plugin } = inspected;
  const problems = problemsOf(inspected);
  return {
    text: text(named, inspected, problems, next, columnsOf(terminal.output)),
    json: { file: named, plugin, ...inspection, problems, next: next.join(" "), ...(verification && { verification }) },
    ...(verification !== undefined && !(verification.quotient <= 1) && { exitCode: 1 }),
  };
}

function problemsOf({ inspection, dataset }: InspectedTeacher): string[] {
  const { classes, problems } = inspection;
  if (dataset === undefined || classes === undefined || classes === dataset.classes.length) return [...problems];
  return [...problems, `it has ${classes} classes, and the data set ${dataset.id} has ${dataset.classes.length}`];
}

/** What is still to be said stands in capitals, unless the data set says it. */
function nextCommand(named: string, { plugin, inspection, dataset }: InspectedTeacher, set: readonly string[]): string[] {
  const fed = dataset === undefined ? {} : fedBy(dataset);
  const missing = inspection.missing.flatMap((name) => ["--set", quoted(`${plugin}.${name}=${fed[name] === undefined ? placeholder(name) : JSON.stringify(fed[name])}`)]);
  const given = set.flatMap((setting) => ["--set", quoted(setting)]);
  return ["npx kdf train", ...(dataset === undefined ? [] : ["--dataset", dataset.id]), "--teacher", quoted(named), ...given, ...missing];
}

const fedBy = ({ height, mean, std }: DatasetDescription): Readonly<Record<string, Json>> => ({ size: height, mean, std });

const placeholder = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const quoted = (word: string): string => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

function text(named: string, { plugin, inspection, verification }: InspectedTeacher, problems: readonly string[], next: readonly string[], columns: number): string {
  const { format, facts, classes, missing } = inspection;
  const told = { ...facts, "teacher plugin": plugin, ...(classes !== undefined && { classes: String(classes) }), ...(missing.length > 0 && { "still to be said": missing.join(", ") }) };
  return [
    paragraph(`${named}: ${format}`, columns),
    labelled(told, columns),
    ...tables(inspection),
    ...(problems.length === 0 ? [] : [`In the way:\n${problems.map((problem) => paragraph(problem, columns, "- ")).join("\n")}`]),
    ...(verification === undefined ? [] : [verificationText(verification, columns)]),
    `Next:\n${commandBlock(next, columns, "  ")}`,
  ].join("\n\n");
}

function labelled(values: Readonly<Record<string, string>>, columns: number): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .map(([name, value]) => paragraph(value, columns, `${name.padEnd(width)}  `))
    .join("\n");
}

function tables({ inputs, outputs, taps, weights }: Pick<TeacherInspection, "inputs" | "outputs" | "taps" | "weights">): string[] {
  const row = ({ name, mapped, shape, dtype }: TeacherInspection["weights"][number]): string[] => [mapped ?? name, `[${shape.map((size) => size ?? "?").join(",")}]`, dtype];
  const table = (title: string, rows: string[][]): string[] => (rows.length === 0 ? [] : [formatTable([title, "shape", "type"], rows)]);
  const tapRows = Object.entries(taps).map(([name, shape]) => [name, `[B,${shape.join(",")}]`]);
  return [...table("input", inputs.map(row)), ...table("output", outputs.map(row)), ...(tapRows.length === 0 ? [] : [formatTable(["tap", "shape"], tapRows)]), ...table("weight", weights.map(row))];
}

function verificationText({ images, layout, largestDifference, relativeDifference, allowed, quotient }: NonNullable<InspectedTeacher["verification"]>, columns: number): string {
  const numbers = {
    "largest difference": formatNumber(largestDifference),
    "relative difference": formatNumber(relativeDifference),
    "allowed by the parity rule": formatNumber(allowed),
    "quotient of the two": formatNumber(quotient),
  };
  return `Verified with ${images} images, ${layout}: the logits ${quotient <= 1 ? "agree" : "differ"}.\n${labelled(numbers, columns)}`;
}
