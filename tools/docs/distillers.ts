import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseOptions, type Definition, type Distiller, type DistillerSubject, type Model, type Network, type NormParameters, type Plugin, type PluginContext, type PreparedDistiller, type Stage } from "@kdf/core";
import { createStreams, disposeAll, readNow, startReferenceEngine } from "@kdf/tensor";
import { root } from "../packages/workspace.js";
import { code, generatedPage, table } from "./markdown.js";
import { importPlugin, type DocumentedPlugin } from "./plugin.js";

/** The pair that the page is made for: all stages of one width, and every kind of tap. */
const pair = { teacher: "resnet56", student: "resnet20" };
const shape = { classes: 100, size: 32, channels: 3 };
const trainingSize = 20_000;
const epochs = 240;

const resultFile = "benchmarks/results/distillers.json";

/** What benchmarks/distillers.ts writes. */
interface Measured {
  readonly work: string;
  readonly engine: { readonly id: string; readonly threads: number };
  /** What the others stand beside. */
  readonly baseline: string;
  readonly distillers: Readonly<Record<string, { readonly stage: string; readonly ratio: number }>>;
}

/** One distiller, and what it prepares for the pair. */
interface Described {
  readonly id: string;
  readonly folder: string;
  readonly definition: Definition<Distiller>;
  readonly prepared: PreparedDistiller;
  readonly needsTeacher: boolean;
}

/** The page that lists every distiller with what it needs, as it declares it for a typical pair. */
export async function distillersPage(plugins: readonly DocumentedPlugin[]): Promise<string> {
  await startReferenceEngine();
  const described = await describeAll(plugins);
  const measured = existsSync(join(root, resultFile)) ? (JSON.parse(readFileSync(join(root, resultFile), "utf8")) as Measured) : undefined;
  const text = [
    generatedPage,
    "# Distillers",
    `How a student may learn (\`--distiller\`). What each needs is what it declares for a ${pair.teacher} that teaches a ${pair.student} on ${shape.classes} classes of ${shape.size} x ${shape.size} pixels, with its default options and an augmenter.`,
    "Several teach together: `--distiller crd+kd`. A term that both have is the first one's; `crd?weights.crossEntropy=0.5+kd` sets options of a part. kd's own terms weigh as kd says; \"X + KD\" of the literature, which weighs the divergence 1, is `crd+kd?weights.divergenceOriginal=1`. A distiller without a term on augmented images needs kd beside it where there is an augmenter ([why](../adr/0013-distillers-combined.md)).",
    "## Losses",
    table(["Id", "Loss", "Published", "With an augmenter", "A step, kd = 1"], described.map((one) => lossRow(one, measured))),
    costNote(measured),
    "## What they need",
    "Taps are outputs within a network, by name. Weights are those at the end of a run. Stages are named where there are several.",
    table(["Id", "Taps of the teacher", "Taps of the student", "Trains beside the student", "Keeps", "Views of its own", "Stages", "Terms and weights"], described.map(needsRow)),
  ];
  for (const { prepared } of described) release(prepared);
  return text.join("\n\n").concat("\n");
}

async function describeAll(plugins: readonly DocumentedPlugin[]): Promise<Described[]> {
  const [teacher, student] = [await buildNetwork(plugins, pair.teacher), await buildNetwork(plugins, pair.student)];
  const norms = Object.entries(teacher.description.norms ?? {}).map(([tap, norm]) => [tap, normOf(teacher, norm)] as const);
  const subject: DistillerSubject = {
    teacher: teacher.description,
    teacherNorms: Object.fromEntries(norms),
    student: student.description,
    dataset: {
      classes: Array.from({ length: shape.classes }, (_, label) => `class ${label}`),
      trainingSize,
      labels: Int32Array.from({ length: trainingSize }, (_, row) => row % shape.classes),
    },
    augmented: true,
    epochs,
    streams: createStreams(0),
  };
  for (const model of [teacher, student]) model.dispose();
  const described: Described[] = [];
  for (const { folder, contributions } of plugins) {
    for (const { id } of contributions.filter(({ kind }) => kind === "distiller")) {
      const definition = definitionOf<Distiller>(await importPlugin(folder), "distiller", id);
      const distiller = await definition.create(await parseOptions(definition.options, {}, id), {} as PluginContext);
      described.push({ id, folder, definition, prepared: distiller.prepare(subject), needsTeacher: !fitsAlone(distiller, subject) });
    }
  }
  return described.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function fitsAlone(distiller: Distiller, { teacher: _, ...alone }: DistillerSubject): boolean {
  try {
    release(distiller.prepare(alone));
    return true;
  } catch {
    return false;
  }
}

function release({ extras, state }: PreparedDistiller): void {
  Object.values(extras).forEach((extra) => extra.dispose());
  disposeAll(Object.values(state));
}

function normOf(model: Model, norm: string): NormParameters {
  const part = (name: string): Float32Array => Float32Array.from(readNow(model.parameters().get(`${norm}.${name}`)!.value));
  return { weight: part("weight"), bias: part("bias") };
}

async function buildNetwork(plugins: readonly DocumentedPlugin[], id: string): Promise<Model> {
  const { folder } = plugins.find(({ contributions }) => contributions.some((one) => one.kind === "network" && one.id === id))!;
  const definition = definitionOf<Network>(await importPlugin(folder), "network", id);
  const network = await definition.create(await parseOptions(definition.options, {}, id), {} as PluginContext);
  const per = (value: number): number[] => Array<number>(shape.channels).fill(value);
  const input = { size: shape.size, channels: shape.channels, mean: per(0.5), std: per(0.25) };
  return network.build({ input, classes: shape.classes }, createStreams(0).at(id));
}

const definitionOf = <Thing>({ provides }: Plugin, kind: "distiller" | "network", id: string): Definition<Thing> =>
  provides[kind]![id] as unknown as Definition<Thing>;

function lossRow({ id, folder, definition, prepared, needsTeacher }: Described, measured: Measured | undefined): string[] {
  const alone = prepared.stages.some(({ views }) => views.includes("augmented"));
  const augmented = alone ? code(id) : needsTeacher ? code(`${id}+kd`) : "";
  const cost = id === measured?.baseline ? "1" : (measured?.distillers[id]?.ratio.toFixed(2) ?? "");
  return [`[${code(id)}](../../${folder}/README.md)`, definition.summary, linked(definition.paper ?? ""), augmented, cost];
}

function costNote(measured: Measured | undefined): string {
  if (measured === undefined) return "A step of each beside one of kd has not been measured yet (`npm run distillers` in benchmarks).";
  const { work, engine } = measured;
  return `A step beside one of kd, taking turns in one run: ${work}, without an augmenter, on ${engine.id} with ${engine.threads} threads ([all numbers](../../${resultFile})). Where there are several stages, it is the first one that trains the student.`;
}

function needsRow({ id, prepared }: Described): string[] {
  const { taps, extras, state, hostState = {}, views, stages } = prepared;
  const last = stages.at(-1)!;
  return [
    code(id),
    names(taps.teacher),
    names(taps.student),
    names(Object.keys(extras)),
    names([...Object.keys(state), ...Object.keys(hostState)]),
    views.map((view) => `${code(view.id)} of ${view.roles.join(" and ")}`).join(", "),
    stages.length === 1 ? "" : stages.map(stageText).join(", then "),
    stages
      .flatMap((stage) => stage.losses.map((term) => `${stage === last ? "" : `${code(stage.id)}: `}${code(term)} ${weightOf(prepared, stage, term)}`))
      .join(", "),
  ];
}

function stageText({ id, trains, epochs: own, roles }: Stage): string {
  const about = [own !== undefined && `${own} epochs`, roles?.includes("student") === false && "without the student", `trains ${names(trains)}`];
  return `${code(id)} (${about.filter(Boolean).join("; ")})`;
}

function weightOf({ weight }: PreparedDistiller, stage: Stage, term: string): string {
  const length = stage.epochs ?? epochs;
  return String(Number(weight(term, { stage: stage.id, epoch: length - 1, epochs: length }).toPrecision(4)));
}

/** Addresses as links that a reader sees the end of. */
const linked = (text: string): string => text.replaceAll(/https:\/\/(\S+?)(?=[;,]?(?:\s|$))/g, (address, rest: string) => `[${rest.replace("arxiv.org/abs/", "arXiv:").replace("doi.org/", "doi:")}](${address})`);

const names = (list: readonly string[]): string => list.map(code).join(", ");
