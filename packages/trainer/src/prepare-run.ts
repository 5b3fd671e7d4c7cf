import {
  modelMismatch,
  type Configuration,
  type DatasetDescription,
  type DistillerSubject,
  type EngineReport,
  type ExtensionRegistry,
  type Json,
  type Logger,
  type Model,
  type ModelInput,
  type PreparedDistiller,
  type Streams,
  type TeacherModel,
  type TeacherUse,
} from "@kdf/core";
import { inject, injectable } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { Loader, splitTraining } from "@kdf/data";
import { disposeAll } from "@kdf/tensor";
import { AugmenterChain } from "./augmentation.js";
import { checkFit } from "./check-fit.js";
import { createDistiller } from "./create-distiller.js";
import { callAsyncHook, callHook, type HookSite } from "./hook.js";
import { namedSource } from "./named-source.js";
import { openFittingTeacher } from "./open-teacher.js";
import type { Placed, PreparedRun } from "./prepared-run.js";
import { RoleInput } from "./role-input.js";
import { runMetrics } from "./run-metrics.js";
import { teacherNorms } from "./teacher-norms.js";
import { demandTeacherTaps, withWaysOut } from "./teacher-taps.js";

/** Makes everything that a run trains with and checks that it fits together, before anything is written. */
@injectable()
export class RunPreparation {
  readonly #registry: ExtensionRegistry;
  readonly #configuration: Configuration;
  readonly #streams: Streams;
  readonly #engine: EngineReport;
  readonly #logger: Logger;

  constructor(
    @inject(tokens.registry) registry: ExtensionRegistry,
    @inject(tokens.configuration) configuration: Configuration,
    @inject(tokens.streams) streams: Streams,
    @inject(tokens.engine) engine: EngineReport,
    @inject(tokens.logger) logger: Logger,
  ) {
    this.#registry = registry;
    this.#configuration = configuration;
    this.#streams = streams;
    this.#engine = engine;
    this.#logger = logger;
  }

  /** `augmenterIds`: the chain that the named plugins provide, in order. A refusal leaves no tensor behind. */
  async prepare(augmenterIds: readonly string[]): Promise<PreparedRun> {
    const owned: { dispose(): void }[] = [];
    try {
      return await this.#prepare(augmenterIds, owned);
    } catch (error) {
      for (const thing of owned) thing.dispose();
      throw error;
    }
  }

  async #prepare(augmenterIds: readonly string[], owned: { dispose(): void }[]): Promise<PreparedRun> {
    const configuration = this.#configuration;
    const { dataset, splits } = await this.#data(owned);
    const { description } = dataset;
    const makeMetrics = await runMetrics(this.#registry, configuration);
    const augmenters = await this.#augmenters(augmenterIds);
    if (augmenters !== undefined) owned.push(augmenters);

    const teacher = await this.#teacher(description, { beside: augmenters?.dependsOnSteps !== true });
    if (teacher !== undefined) owned.push(teacher);
    const network = await this.#registry.create("network", configuration.student);
    const shape = { input: inputOf(description), classes: description.classes.length };
    const student = callHook(site(`network ${configuration.student}`, "build"), () =>
      network.build(shape, this.#streams.at("initialisation")),
    );
    owned.push(student);

    const distillerId = teacher === undefined ? configuration.distillerWithoutTeacher : configuration.distiller;
    const distiller = await createDistiller(distillerId, this.#registry);
    const norms = teacher && (await teacherNorms(teacher));
    const subject: DistillerSubject = {
      ...(teacher && { teacher: teacher.description }),
      ...(norms && { teacherNorms: norms }),
      student: student.description,
      dataset: { classes: description.classes, trainingSize: splits.training.length, labels: splits.training.labels },
      augmented: augmenters !== undefined,
      ...(this.#engine.limits && { engineLimits: this.#engine.limits }),
      epochs: configuration.epochs,
      streams: this.#streams,
    };
    let prepared: PreparedDistiller;
    try {
      prepared = callHook(site(`distiller ${distillerId}`, "prepare"), () => distiller.prepare(subject));
    } catch (error) {
      throw await withWaysOut(error, distillerId, subject, this.#registry, configuration.teacherEngine);
    }
    owned.push(...Object.values(prepared.extras), ...Object.values(prepared.state));
    const input = <M extends TeacherModel | Model>(role: string, model: M): Placed<M> => {
      const placed = { model, input: this.#roleInput(role, description, model) };
      owned.push(placed.input);
      return placed;
    };
    const run: Omit<PreparedRun, "loader"> = {
      configuration,
      dataset,
      splits,
      teacher: teacher && input("teacher", teacher),
      student: input("student", student),
      networkOptions: this.#registry.createdOptions()[`network:${configuration.student}`] as Json,
      distiller: { id: distillerId, prepared },
      augmenters,
      makeMetrics,
      streams: this.#streams,
      engine: this.#engine,
    };
    await demandTeacherTaps(distillerId, prepared, subject, this.#registry, configuration.teacherEngine);
    checkFit(run);
    const { batchSize, workers } = configuration;
    const raw = prepared.views.some((view) => view.from === "raw");
    // Last: it may start threads.
    const loader = new Loader({ source: splits.training, description, batchSize, streams: this.#streams, workers, raw });
    return { ...run, loader };
  }

  async #data(owned: { dispose(): void }[]): Promise<Pick<PreparedRun, "dataset" | "splits">> {
    const { dataset: id, validation } = this.#configuration;
    const dataset = await this.#registry.create("dataset", id);
    owned.push({ dispose: () => void dataset.dispose?.() });
    await callAsyncHook(site(`dataset ${id}`, "check"), () => dataset.check());
    const source = await callAsyncHook(site(`dataset ${id}`, "open"), () => dataset.open("training"));
    return { dataset, splits: splitTraining(namedSource(source, id), validation) };
  }

  async #augmenters(ids: readonly string[]): Promise<AugmenterChain | undefined> {
    if (ids.length === 0) return undefined;
    const links = await Promise.all(ids.map(async (id) => ({ id, augmenter: await this.#registry.create("augmenter", id) })));
    return new AugmenterChain(links);
  }

  async #teacher(description: DatasetDescription, use: TeacherUse): Promise<TeacherModel | undefined> {
    const { teacher, teacherEngine, validation } = this.#configuration;
    if (teacher === null) return undefined;
    return openFittingTeacher({ teacher, teacherEngine, validation, use }, this.#registry, description, (warning) => this.#logger.warn(warning));
  }

  #roleInput(role: string, description: DatasetDescription, model: TeacherModel | Model): RoleInput {
    const input = new RoleInput(description, model.description);
    if (input.description !== undefined) this.#logger.info(`The ${role} is fed ${input.description}.`);
    return input;
  }
}

const site = (plugin: string, hook: string): HookSite => ({ plugin, hook, where: "before the training" });

function inputOf(description: DatasetDescription): ModelInput {
  const { height, width, channels, mean, std } = description;
  if (height !== width) {
    throw modelMismatch({
      what: `The data set ${description.id} does not fit`,
      got: `its images are ${height} x ${width} pixels`,
      expected: "square images",
      fix: "crop or pad the images to squares",
    });
  }
  return { size: height, channels, mean, std };
}

/** Disposes every tensor and stops every worker of a run. `state` are the distiller's tensors as they now are. */
export async function disposeRun(run: PreparedRun, state: ReadonlyMap<string, { dispose(): void }>): Promise<void> {
  await run.loader.dispose();
  await run.dataset.dispose?.();
  run.teacher?.model.dispose();
  run.teacher?.input.dispose();
  run.student.model.dispose();
  run.student.input.dispose();
  run.augmenters?.dispose();
  for (const trainable of Object.values(run.distiller.prepared.extras)) trainable.dispose();
  disposeAll([...state.values()] as never);
}
