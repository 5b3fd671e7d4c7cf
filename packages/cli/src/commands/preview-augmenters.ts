import { basename, extname, resolve } from "node:path";
import { galleryHtml, galleryPng } from "@kdf/analysis";
import { commandLineInvalid } from "@kdf/core";
import type { Preview, PreviewRequest } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { neededConfiguration } from "../needed-configuration.js";
import { formatNumber } from "../output/format.js";
import { outputFile, writeNew } from "../output/output-file.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { galleryOf, meanEntropies, shownPath } from "./preview-gallery.js";

export interface PreviewOptions
  extends PluginOptions,
    Pick<ValueOptions, "dataset" | "dataDir" | "onBadImage" | "teacher" | "engine" | "batchSize" | "seed"> {
  readonly augmenters: string;
  readonly count: string;
  readonly out?: string;
  readonly split: string;
  readonly stage: string;
  readonly epoch: string;
  readonly step: string;
  readonly studentWeights?: string;
}

const previewedBy = ["dataset", "teacher", "engine", "batchSize", "seed", "validation"] as const;
const endings = [".html", ".png"] as const;

/** `kdf preview` */
export async function previewAugmenters(options: PreviewOptions, terminal: Terminal): Promise<CommandResult> {
  const { directory } = terminal;
  const split = splitOf(options.split);
  const position = { stage: wholeNumber(options, "stage"), epoch: wholeNumber(options, "epoch"), step: wholeNumber(options, "step") };
  const count = wholeNumber(options, "count", 1);
  const augmenters = options.augmenters.split(",").map((entry) => entry.trim());
  const file = outputFile(options.out, { directory, stem: "preview", endings });
  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const configuration = neededConfiguration(host.configuration, previewedBy);
  // The trainer brings TensorFlow.js: what the host refuses is refused before it is loaded.
  const trainer = await import("@kdf/trainer");
  const request: PreviewRequest = {
    container: host.container,
    configuration,
    augmenters,
    split,
    position,
    count,
    ...(options.studentWeights !== undefined && { studentWeights: resolve(directory, options.studentWeights) }),
  };
  const drawn = await trainer.preview(request);
  const { teacher, seed } = configuration;
  const command = commandOf(options, { ...position, seed, count: drawn.count });
  const facts = Object.entries({
    ...{ split, teacher: teacher === null ? "none" : shownPath(teacher, directory), seed, ...position },
    "batch size": drawn.batchSize,
    images: `the first ${drawn.count} of the batch`,
  }).map(([name, value]) => [name, String(value)] as const);
  const gallery = galleryOf(drawn, { facts, command });
  writeNew(file, extname(file).toLowerCase() === ".png" ? galleryPng(gallery) : galleryHtml(gallery));
  return { text: textOf(drawn, file, terminal), json: jsonOf(drawn, file, request) };
}

function wholeNumber(options: PreviewOptions, name: "stage" | "epoch" | "step" | "count", least = 0): number {
  const value = Number(options[name]);
  if (options[name].trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw commandLineInvalid({ problem: `--${name} ${options[name]} is not a whole number from ${least}.`, command: "preview" });
}

function splitOf(split: string): PreviewRequest["split"] {
  if (split === "training" || split === "validation") return split;
  const problem = `--split ${split} is not possible: previews show training or validation images, never those that a run is tested on.`;
  throw commandLineInvalid({ problem, command: "preview" });
}

/** What a person types to get the same gallery: the draw spelled out, the other options as they were given. */
function commandOf(options: PreviewOptions, drawn: Readonly<Record<"stage" | "epoch" | "step" | "seed" | "count", number>>): string {
  const { preset, config, dataset, dataDir, teacher, engine, batchSize, split, studentWeights } = options;
  const given = {
    augmenters: options.augmenters,
    ...drawn,
    ...(split !== "training" && { split }),
    ...{ "student-weights": studentWeights, config, dataset, "data-dir": dataDir, engine, "batch-size": batchSize },
    ...(typeof teacher === "string" && { teacher }),
    ...(typeof preset === "string" && { preset }),
  };
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, quoted(String(value))]));
  const repeated = (name: string, values: readonly string[]): string[] => values.flatMap((value) => [`--${name}`, quoted(value)]);
  const declined = [...(teacher === false ? ["--no-teacher"] : []), ...(preset === false ? ["--no-preset"] : [])];
  return ["kdf preview", ...words, ...declined, ...repeated("plugin", options.plugin), ...repeated("set", options.set)].join(" ");
}

/** A word of a POSIX shell. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

function textOf(drawn: Preview, file: string, { output }: Terminal): string {
  const hasTeacher = drawn.original[0]?.teacher !== undefined;
  const picks = drawn.columns.some(({ images }) => images.some((image) => image.picked !== undefined));
  const header = ["augmenter", "images", ...(hasTeacher ? ["entropy", ...(picks ? ["picked", "left"] : [])] : [])];
  const cell = (value: number | undefined): string => (value === undefined ? "-" : formatNumber(Number(value.toFixed(3))));
  const rows = [{ augmenter: "original", images: drawn.original }, ...drawn.columns].map(({ augmenter, images }) => {
    const { all, picked, left } = meanEntropies(images);
    return [augmenter, String(images.length), cell(all), cell(picked), cell(left)].slice(0, header.length);
  });
  const notes = [
    `${basename(file)} shows ${drawn.count} of the batch's ${drawn.batchSize} images.`,
    ...(hasTeacher ? ["Entropies are the teacher's, in nats, as means over all images of the batch or the pool."] : []),
  ];
  return [formatTable(header, rows), "", paragraph(notes.join(" "), columnsOf(output)), file].join("\n");
}

function jsonOf(drawn: Preview, file: string, { configuration, split, position }: PreviewRequest): object {
  const { dataset, labels, indices, count, batchSize, stepsPerEpoch } = drawn;
  const said = (images: Preview["original"]): object[] =>
    images.map(({ row, teacher, picked }) => ({
      row,
      ...(teacher && { teacher: { ...teacher, class: dataset.classes[teacher.class] } }),
      ...(picked !== undefined && { picked }),
    }));
  return {
    file,
    dataset: dataset.id,
    split,
    teacher: configuration.teacher,
    seed: configuration.seed,
    ...position,
    batchSize,
    stepsPerEpoch,
    count,
    labels: labels.map((label) => dataset.classes[label]),
    indices,
    original: said(drawn.original),
    augmenters: drawn.columns.map(({ augmenter, plans, images }) => ({ augmenter, plans, images: said(images) })),
  };
}
