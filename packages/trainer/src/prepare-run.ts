import {
  augmenterUnused,
  distillerMisfit,
  metricUnsuitable,
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
  type ParameterLike,
  type PreparedDistiller,
  type Streams,
  type TeacherModel,
} from "@kdf/core";
import { inject, injectable } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { Loader, splitTraining } from "@kdf/data";
import { disposeAll } from "@kdf/tensor";
import { AugmenterChain } from "./augmentation.js";
import { callHook } from "./hook.js";
import { checkTeacher, openTeacherFrom } from "./open-teacher.js";
import { stageEpochs, type NamedMetric, type PreparedRun } from "./prepared-run.js";
import { RoleInput } from "./role-input.js";
import { trainedParameters } from "./trained-parameters.js";

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
    const dataset = await this.#registry.create("dataset", configuration.dataset);
    await dataset.check();
    const { description } = dataset;
    const splits = splitTraining(await dataset.open("training"), configuration.validation);
    const { batchSize, workers } = configuration;
    const loading = { source: splits.training, description, batchSize, streams: this.#streams, workers };
    const makeMetrics = await this.#metrics();
    const augmenters = await this.#augmenters(augmenterIds);

    const teacher = await this.#teacher(description);
    if (teacher !== undefined) owned.push(teacher);
    const network = await this.#registry.create("network", configuration.student);
    const student = network.build({ input: inputOf(description), classes: description.classes.length }, this.#streams.at("initialisation"));
    owned.push(student);

    const distillerId = teacher === undefined ? configuration.distillerWithoutTeacher : configuration.distiller;
    const distiller = await this.#registry.create("distiller", distillerId);
    const subject: DistillerSubject = {
      ...(teacher && { teacher: teacher.description }),
      student: student.description,
      dataset: { classes: description.classes, trainingSize: splits.training.length, labels: splits.training.labels },
      augmented: augmenters !== undefined,
      streams: this.#streams,
    };
    const site = { plugin: `distiller ${distillerId}`, hook: "prepare", where: "before the training" };
    const prepared = callHook(site, () => distiller.prepare(subject));
    owned.push(...Object.values(prepared.extras), ...Object.values(prepared.state));
    const inputs = {
      teacher: teacher && this.#roleInput("teacher", description, teacher),
      student: this.#roleInput("student", description, student),
    };
    owned.push(inputs.student, ...(inputs.teacher ? [inputs.teacher] : []));
    const run: PreparedRun = {
      configuration,
      dataset,
      splits,
      loader: new Loader({ ...loading, raw: prepared.views.some((view) => view.from === "raw") }),
      teacher: teacher && { model: teacher, input: inputs.teacher! },
      student: { model: student, input: inputs.student },
      networkOptions: this.#registry.createdOptions()[`network:${configuration.student}`] as Json,
      distiller: { id: distillerId, prepared },
      augmenters,
      makeMetrics,
      streams: this.#streams,
      engine: this.#engine,
    };
    checkStages(run);
    return run;
  }

  async #metrics(): Promise<() => Promise<readonly NamedMetric[]>> {
    const { metrics: ids, monitor, teacher } = this.#configuration;
    const make = async (): Promise<readonly NamedMetric[]> => {
      const all = await Promise.all(ids.map(async (id) => ({ id, metric: await this.#registry.create("metric", id) })));
      // A network that is trained alone has no teacher to observe.
      return teacher === null ? all.filter(({ metric }) => !metric.reads.includes("teacher")) : all;
    };
    const monitored = (await make()).find((named) => named.id === monitor);
    if (monitored === undefined || !monitored.metric.phases.includes("evaluation")) {
      throw metricUnsuitable({ metric: monitor, use: "choose the best checkpoint", metrics: ids });
    }
    return make;
  }

  async #augmenters(ids: readonly string[]): Promise<AugmenterChain | undefined> {
    if (ids.length === 0) return undefined;
    const links = await Promise.all(ids.map(async (id) => ({ id, augmenter: await this.#registry.create("augmenter", id) })));
    return new AugmenterChain(links);
  }

  async #teacher(description: DatasetDescription): Promise<TeacherModel | undefined> {
    const { teacher: text, validation } = this.#configuration;
    if (text === null) return undefined;
    const teacher = await openTeacherFrom(text, this.#registry);
    checkTeacher(teacher, description, validation).forEach((warning) => this.#logger.warn(warning));
    return teacher;
  }

  #roleInput(role: string, description: DatasetDescription, model: TeacherModel | Model): RoleInput {
    const input = new RoleInput(description, model.description);
    if (input.description !== undefined) this.#logger.info(`The ${role} is fed ${input.description}.`);
    return input;
  }
}

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

/** What a distiller declares must exist: views, taps, parameters; and an augmenter must not run in vain. */
function checkStages(run: PreparedRun): void {
  const { id, prepared } = run.distiller;
  const misfit = (problem: string, expected: string): Error =>
    distillerMisfit({ distiller: id, problem, expected, fix: "choose another distiller, teacher or student" });
  const extras = extrasOf(prepared);
  const views = new Set(["original", ...(run.augmenters ? ["augmented"] : []), ...prepared.views.map((view) => view.id)]);
  for (const stage of prepared.stages) {
    const unknown = stage.views.filter((view) => !views.has(view));
    if (unknown.length > 0) throw misfit(`its stage ${stage.id} uses the views ${unknown.join(", ")}`, `views among ${[...views].join(", ")}`);
    trainedParameters(run, extras, stage);
    if (stageEpochs(run, stage) < 1) throw misfit(`its stage ${stage.id} has no epochs`, "at least one epoch");
  }
  for (const role of ["teacher", "student"] as const) {
    const model = run[role]?.model.description;
    const missing = prepared.taps[role].filter((tap) => model === undefined || !(tap in model.taps));
    if (missing.length > 0) {
      throw misfit(`the ${role} has no taps ${missing.join(", ")}`, `taps among ${Object.keys(model?.taps ?? {}).join(", ") || "none"}`);
    }
  }
  if (run.augmenters !== undefined && !prepared.stages.some((stage) => stage.views.includes("augmented"))) {
    throw augmenterUnused({ distiller: id, augmenters: run.augmenters.ids.join(", ") });
  }
}

/** The parameters of all extras, by `<extra>.<parameter>`. */
export function extrasOf(prepared: PreparedDistiller): Map<string, ParameterLike> {
  const all = new Map<string, ParameterLike>();
  for (const [extra, trainable] of Object.entries(prepared.extras)) {
    for (const [name, parameter] of trainable.parameters()) all.set(`${extra}.${name}`, parameter);
  }
  return all;
}

/** Disposes every tensor and stops every worker of a run. `state` are the distiller's tensors as they now are. */
export async function disposeRun(run: PreparedRun, state: ReadonlyMap<string, { dispose(): void }>): Promise<void> {
  await run.loader.dispose();
  run.teacher?.model.dispose();
  run.teacher?.input.dispose();
  run.student.model.dispose();
  run.student.input.dispose();
  run.augmenters?.dispose();
  for (const trainable of Object.values(run.distiller.prepared.extras)) trainable.dispose();
  disposeAll([...state.values()] as never);
}
