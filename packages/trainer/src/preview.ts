/** Draws one training batch with several augmenters, as a run with the same seed draws it at that step. */
import {
  augmenterNeedsTeacher,
  dataTooSmall,
  stepBeyondEpoch,
  type Batch,
  type BatchInfo,
  type Configuration,
  type DatasetDescription,
  type ExtensionRegistry,
  type ImageSource,
  type Json,
  type ModelOutputs,
  type Streams,
  type TeacherModel,
  type TensorLike,
} from "@kdf/core";
import { tokens } from "@kdf/core/tokens";
import { Loader, splitTraining, type HostBatch } from "@kdf/data";
import { createStreams, disposeAll, read } from "@kdf/tensor";
import { disposeOutputs, type AugmenterChain, type Selection } from "./augmentation.js";
import { uploadBatch } from "./batch.js";
import { ensureEngine } from "./engine.js";
import { readOutputs } from "./metric-feed.js";
import { checkTeacher, openTeacherFrom } from "./open-teacher.js";
import { chainOf, openPickingStudent } from "./picking-chain.js";
import { toPixels } from "./pixels.js";
import type { Placed } from "./prepared-run.js";
import { teacherAnswers, type TeacherAnswer } from "./preview-answers.js";
import { RoleInput } from "./role-input.js";
import type { RunRequest } from "./training.js";

export interface PreviewRequest extends Pick<RunRequest, "container"> {
  /** Without a teacher nothing is said of what it sees, and augmenters that pick by it are refused. */
  readonly configuration: Pick<Configuration, "dataset" | "teacher" | "engine" | "batchSize" | "seed" | "validation">;
  /** Entries as `--augmenters` takes them: see `parseAugmenterEntry`. */
  readonly augmenters: readonly string[];
  readonly split: "training" | "validation";
  /** Where in a run, all from 0: the stage's number, the epoch within it, the step within that. */
  readonly position: { readonly stage: number; readonly epoch: number; readonly step: number };
  /** The first images of the batch that are shown; of fewer all are. The draws are those of the whole batch. */
  readonly count: number;
  /** Weights file or run directory of a student, for augmenters that pick by it. Frozen, in evaluation mode. */
  readonly studentWeights?: string;
}

export interface PreviewImage {
  /** Row of the batch whose label the image carries. */
  readonly row: number;
  /** [H,W,C], 0 to 255. Only of images whose row is shown. */
  readonly pixels?: Uint8Array;
  readonly teacher?: TeacherAnswer;
  /** Only of a pool: whether the image was picked. */
  readonly picked?: boolean;
}

export interface PreviewColumn {
  readonly augmenter: string;
  /** By the names of their streams. */
  readonly plans: Readonly<Record<string, Json>>;
  /** In the order of the batch, or of the pool where the augmenter picks. */
  readonly images: readonly PreviewImage[];
}

export interface Preview {
  readonly dataset: { readonly id: string; readonly classes: readonly string[]; readonly height: number; readonly width: number; readonly channels: number };
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** Images shown. */
  readonly count: number;
  /** Of each row of the batch: its label and its row in the split. */
  readonly labels: readonly number[];
  readonly indices: readonly number[];
  /** The batch before any augmenter, cropped and flipped. */
  readonly original: readonly PreviewImage[];
  readonly columns: readonly PreviewColumn[];
}

/** Makes nothing that outlives it but numbers. */
export async function preview(request: PreviewRequest): Promise<Preview> {
  const { container, configuration, position } = request;
  const registry = container.resolve(tokens.registry);
  const streams = createStreams(configuration.seed);
  const dataset = await registry.create("dataset", configuration.dataset);
  await dataset.check();
  const { description } = dataset;
  const source = splitTraining(await dataset.open("training"), configuration.validation)[request.split];
  const loader = loaderOf(source, description, streams, request);
  await ensureEngine(container, configuration.engine);
  const owned: { dispose(): void }[] = [];
  const place = (model: TeacherModel): Placed<TeacherModel> => {
    const input = new RoleInput(description, model.description);
    owned.push(model, input);
    return { model, input };
  };
  try {
    const entries: { readonly label: string; readonly chain: AugmenterChain }[] = [];
    for (const label of request.augmenters) {
      const chain = await chainOf(label, registry, "preview");
      owned.push(chain);
      entries.push({ label, chain });
    }
    demandTeacher(configuration, entries);
    const teacher = configuration.teacher === null ? undefined : place(await openFitting(configuration.teacher, registry, description, request));
    const student = await openPickingStudent(request.studentWeights, entries, registry, description);
    if (student !== undefined) owned.push(student.model, student.input);
    const host = await loader.batch(position.epoch, position.step, position.stage);
    const count = Math.min(request.count, host.size);
    const batch = uploadBatch(host, false);
    try {
      const drawn = new Drawing(batch, host, count, teacher, student);
      const original = teacher && (await drawn.forward(teacher, batch.images));
      try {
        const columns: PreviewColumn[] = [];
        for (const { label, chain } of entries) columns.push({ augmenter: label, ...(await drawn.column(chain, streams, position, original)) });
        const { id, classes, height, width, channels } = description;
        return {
          dataset: { id, classes, height, width, channels },
          batchSize: host.size,
          stepsPerEpoch: loader.stepsPerEpoch,
          count,
          labels: [...host.labels],
          indices: [...host.indices],
          original: await drawn.images(batch.images, rowsOf(host.size), original),
          columns,
        };
      } finally {
        disposeOutputs(original);
      }
    } finally {
      disposeAll(Object.values(batch) as TensorLike[]);
    }
  } finally {
    await loader.dispose();
    await dataset.dispose?.();
    for (const thing of owned) thing.dispose();
  }
}

/** Refuses a split without a whole batch, and a step that no epoch has. */
function loaderOf(source: ImageSource, description: DatasetDescription, streams: Streams, { configuration, split, position }: PreviewRequest): Loader {
  const { batchSize } = configuration;
  if (source.length < batchSize) throw dataTooSmall({ batchSize, images: source.length, split });
  const loader = new Loader({ source, description, batchSize, streams });
  const { stepsPerEpoch } = loader;
  if (position.step >= stepsPerEpoch) throw stepBeyondEpoch({ step: position.step, stepsPerEpoch, batchSize });
  return loader;
}

const rowsOf = (size: number): number[] => Array.from({ length: size }, (_, row) => row);

function demandTeacher(
  { teacher }: PreviewRequest["configuration"],
  entries: readonly { readonly label: string; readonly chain: AugmenterChain }[],
): void {
  const needing = teacher === null ? entries.filter(({ chain }) => chain.needs("teacher")) : [];
  if (needing.length > 0) throw augmenterNeedsTeacher({ augmenters: needing.map(({ label }) => label) });
}

async function openFitting(
  text: string,
  registry: ExtensionRegistry,
  dataset: DatasetDescription,
  { configuration, split, container }: PreviewRequest,
): Promise<TeacherModel> {
  const model = await openTeacherFrom(text, registry);
  try {
    const warnings = checkTeacher(model, dataset, configuration.validation);
    if (split === "validation") warnings.forEach((warning) => container.resolve(tokens.logger).warn(warning));
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** One batch, looked at through its augmenters. Owns nothing. */
class Drawing {
  readonly #batch: Batch;
  readonly #info: HostBatch;
  readonly #count: number;
  readonly #teacher: Placed<TeacherModel> | undefined;
  readonly #student: Placed<TeacherModel> | undefined;

  constructor(batch: Batch, info: HostBatch, count: number, teacher: Placed<TeacherModel> | undefined, student: Placed<TeacherModel> | undefined) {
    this.#batch = batch;
    this.#info = info;
    this.#count = count;
    this.#teacher = teacher;
    this.#student = student;
  }

  /** The caller disposes the outputs. */
  async forward({ model, input }: Placed<TeacherModel>, images: TensorLike): Promise<ModelOutputs> {
    return input.with(images, (adapted) => model.forward(adapted, { taps: [] }));
  }

  async column(
    chain: AugmenterChain,
    streams: Streams,
    position: PreviewRequest["position"],
    original: ModelOutputs | undefined,
  ): Promise<Pick<PreviewColumn, "plans" | "images">> {
    const [teacher, student] = [this.#teacher, this.#student];
    let pool: PreviewImage[] | undefined;
    const watch = async ({ pool: { images, rows }, teacher: outputs, indices }: Selection): Promise<void> => {
      const picked = new Set(await read(indices));
      pool = (await this.#withTeacher(images, rows, outputs)).map((image, at) => ({ ...image, picked: picked.has(at) }));
    };
    const augmented = await chain.augment(
      this.#batch,
      this.#info,
      streams,
      position,
      {
        // Nothing asks for a teacher that is not there: such augmenters are refused.
        teacher: (images) => this.forward(teacher!, images),
        ...(student && { student: (images: TensorLike) => this.forward(student, images) }),
      },
      original?.logits,
      `preview, epoch ${position.epoch + 1}, step ${position.step + 1}`,
      watch,
    );
    try {
      return { plans: augmented.plans, images: pool ?? (await this.#withTeacher(augmented.images, rowsOf(this.#info.size), augmented.teacher)) };
    } finally {
      disposeOutputs(augmented.teacher);
      if (augmented.images !== this.#batch.images) augmented.images.dispose();
    }
  }

  /** Images [N,H,W,C] as numbers, the pixels of those whose row is shown, with what the teacher said of them. */
  async images(images: TensorLike, rows: readonly number[], outputs: ModelOutputs | undefined): Promise<PreviewImage[]> {
    const values = (await read(images)) as Float32Array;
    const size = values.length / rows.length;
    const answers = outputs && teacherAnswers((await readOutputs(outputs)).logits);
    return rows.map((row, at) => ({
      row,
      ...(row < this.#count && { pixels: toPixels(values.subarray(at * size, (at + 1) * size), this.#info satisfies BatchInfo) }),
      ...(answers && { teacher: answers[at]! }),
    }));
  }

  /** As `images`; the teacher is asked where nobody has yet. */
  async #withTeacher(images: TensorLike, rows: readonly number[], outputs: ModelOutputs | undefined): Promise<PreviewImage[]> {
    if (outputs !== undefined || this.#teacher === undefined) return this.images(images, rows, outputs);
    const asked = await this.forward(this.#teacher, images);
    try {
      return await this.images(images, rows, asked);
    } finally {
      disposeOutputs(asked);
    }
  }
}
