import { existsSync } from "node:fs";
import { join } from "node:path";
import { withoutAugmenter } from "@kdf/analysis";
import { canonicalJson, contributionUnknown, isKdfError, studyInvalid, type Configuration, type Kind, type Logger, type Metric } from "@kdf/core";
import { composeHost, merge, parseDistillerEntry, resolveConfiguration, type EntryPart, type Host, type Values } from "@kdf/host";
import { automatic } from "../commands/choose-engine.js";
import { readAugmenterEntry, type AugmenterEntry } from "./augmenter-entries.js";
import { folderName, isPath, type Pair, type Study, type TrainedTeacher } from "./study-file.js";
import type { Task } from "./task.js";

/** A study whose parts exist, as the tasks that it consists of. */
export interface StudyPlan {
  readonly study: Study;
  /** In the order in which they are worth doing: what others need, measurements, then seed by seed. */
  readonly tasks: readonly Task[];
  /** What of a metric's results compares runs, by the metric's id. */
  readonly primaries: ReadonlyMap<string, Metric["primary"]>;
}

export interface PlanRequest {
  readonly study: Study;
  /** Where the study is kept. */
  readonly directory: string;
  /** Folder of the user's project. */
  readonly project: string;
  readonly dataDirectory?: string;
  /** Options of every data set, over those that the study gives it. */
  readonly datasetOptions?: Values;
  readonly logger: Logger;
}

/**
 * Checks that all that the study names exists, and lists its tasks. Runs plugins' factories of metrics and augmenters, no
 * engine. KDF_STUDY_INVALID names every problem at once.
 */
export async function planStudy(request: PlanRequest): Promise<StudyPlan> {
  const planner = new Planner(request);
  return planner.plan();
}

class Planner {
  readonly #request: PlanRequest;
  readonly #problems = new Set<string>();
  /** What errors said, so that one mistake in the settings is not told for every pair. */
  readonly #said = new Set<string>();
  /** Plugins that cannot be loaded. */
  readonly #broken = new Set<string>();
  readonly #entries = new Map<string, AugmenterEntry>();
  readonly #primaries = new Map<string, Metric["primary"]>();
  readonly #teachers = new Map<string, Task>();
  #readsStudent = false;

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  async plan(): Promise<StudyPlan> {
    const { study } = this.#request;
    const host = await this.#host();
    if (host !== undefined) {
      await this.#augmenters(host);
      await this.#metrics(host);
      this.#names(host);
    }
    const tasks = host === undefined ? [] : this.#tasks(host);
    if (this.#problems.size > 0) throw studyInvalid({ file: study.file, problems: [...this.#problems] });
    return { study, tasks, primaries: this.#primaries };
  }

  /** The host with the plugins that `settings` names; undefined where one of them is missing. */
  async #host(): Promise<Host | undefined> {
    const { study, project: directory, dataDirectory, datasetOptions, logger } = this.#request;
    const { plugins, preset, ...values } = study.settings;
    const list = Array.isArray(plugins) ? (plugins as string[]) : [];
    const common = { directory, logger, preset: (preset as string | undefined) ?? null, ...(dataDirectory !== undefined && { dataDirectory }), ...(datasetOptions && { datasetOptions }) };
    try {
      return await composeHost({ ...common, plugins: list, values });
    } catch (error) {
      this.#note("settings", error);
    }
    // What else is wrong is seen with those plugins that can be loaded, and without what was refused.
    for (const name of list) {
      try {
        await composeHost({ ...common, plugins: [name] });
      } catch (error) {
        this.#note("settings: plugins", error);
        this.#broken.add(name);
      }
    }
    return composeHost({ ...common, preset: null, plugins: list.filter((name) => !this.#broken.has(name)) }).catch(() => undefined);
  }

  async #augmenters(host: Host): Promise<void> {
    const { augmenters, frozenStudent } = this.#request.study;
    this.#entries.set(withoutAugmenter, { label: withoutAugmenter, links: [], plugins: [], needsStudent: false });
    for (const label of new Set([...augmenters, frozenStudent.augmenter])) {
      if (label === withoutAugmenter) continue;
      const where = augmenters.includes(label) ? "augmenters" : "frozenStudent.augmenter";
      await this.#try(where, async () => void this.#entries.set(label, await readAugmenterEntry(label, host)));
    }
  }

  async #metrics({ registry }: Host): Promise<void> {
    const { settings, measurement, outcome } = this.#request.study;
    const trained = Array.isArray(settings["metrics"]) ? (settings["metrics"] as string[]) : [];
    if (!trained.includes(outcome)) this.#problems.add(`settings.metrics: ${outcome} is missing, which is the study's outcome`);
    for (const id of new Set([...trained, ...measurement.metrics])) {
      const where = trained.includes(id) ? "settings.metrics" : "measurement.metrics";
      await this.#try(where, async () => {
        const metric = await registry.create("metric", id);
        this.#primaries.set(id, metric.primary);
        if (!measurement.metrics.includes(id)) return;
        if (!metric.phases.includes("ranking")) this.#problems.add(`measurement.metrics: ${id} is not measured before a training`);
        else if (metric.reads.includes("student")) this.#readsStudent = true;
      });
    }
  }

  /** Ids that no factory has been asked for. */
  #names({ index }: Host): void {
    const { settings, pairs } = this.#request.study;
    const demand = (where: string, kind: Kind, id: unknown): void => {
      if (typeof id !== "string" || index.ids(kind).includes(id)) return;
      this.#note(where, contributionUnknown({ kind, id, known: index.ids(kind) }));
    };
    const of = (where: string, values: Values): void => {
      demand(`${where}: dataset`, "dataset", values["dataset"]);
      for (const { id } of this.#distillers(where, values["distiller"])) demand(`${where}: distiller`, "distiller", id);
      if (values["engine"] !== automatic) demand(`${where}: engine`, "engine", values["engine"]);
      demand(`${where}: teacherEngine`, "teacher", values["teacherEngine"]);
      for (const id of Array.isArray(values["trackers"]) ? values["trackers"] : []) demand(`${where}: trackers`, "tracker", id);
    };
    of("settings", settings);
    for (const { id, teacher, student, settings: own } of pairs) {
      of(`pair ${id}: settings`, own);
      demand(`pair ${id}: student`, "network", student);
      if (typeof teacher !== "string") demand(`pair ${id}: teacher`, "network", teacher.train.network);
      else if (!isPath(teacher)) demand(`pair ${id}: teacher`, "teacher", teacher);
      else if (!existsSync(teacher)) this.#problems.add(`pair ${id}: teacher: there is no file or run directory ${teacher}`);
    }
  }

  #distillers(where: string, entry: unknown): readonly EntryPart[] {
    try {
      return typeof entry === "string" ? parseDistillerEntry(entry) : [];
    } catch (error) {
      this.#note(`${where}: distiller`, error);
      return [];
    }
  }

  #tasks(host: Host): Task[] {
    const { study } = this.#request;
    const pairs = study.pairs.map((pair) => ({ pair, teacher: this.#teacher(pair, host) }));
    const measuredOf = (pair: Pair): AugmenterEntry[] => pair.augmenters.flatMap((label) => (label === withoutAugmenter ? [] : (this.#entries.get(label) ?? [])));
    const frozen = new Map(
      pairs.flatMap(({ pair, teacher }) => {
        const measured = measuredOf(pair);
        if (!measured.some(({ needsStudent }) => needsStudent || this.#readsStudent)) return [];
        const { augmenter, seed } = study.frozenStudent;
        const task = this.#training("frozen student", `frozen-students/${pair.id}`, pair, teacher, augmenter, seed, host);
        return task === undefined ? [] : [[pair.id, task] as const];
      }),
    );
    const measurements = pairs.flatMap(({ pair, teacher }) => measuredOf(pair).flatMap((entry) => this.#measurement(pair, teacher, entry, frozen.get(pair.id), host) ?? []));
    const cells = study.seeds.flatMap((seed) =>
      pairs.flatMap(({ pair, teacher }) =>
        pair.augmenters.flatMap((augmenter) => {
          const id = `cells/${pair.id}/${folderName(augmenter)}/seed-${seed}`;
          return this.#training("cell", id, pair, teacher, augmenter, seed, host) ?? [];
        }),
      ),
    );
    const alone = measurements.filter(({ measurement }) => measurement?.student === null);
    return [...this.#teachers.values(), ...alone, ...frozen.values(), ...measurements.filter((task) => !alone.includes(task)), ...cells];
  }

  /** What a pair's cells are given as teacher, and the task that makes it, if one does. */
  #teacher({ id, teacher }: Pair, host: Host): GivenTeacher {
    if (typeof teacher === "string") return { text: teacher, needs: [] };
    const { train } = teacher;
    const key = canonicalJson(train);
    let task = this.#teachers.get(key);
    if (task === undefined) {
      const taken = [...this.#teachers.values()].filter(({ configuration }) => configuration.student === train.network).length;
      const name = taken === 0 ? train.network : `${train.network}-${taken + 1}`;
      const configuration = this.#configuration(`pair ${id}: teacher`, this.#teacherValues(train), [], host);
      if (configuration === undefined) return { text: name, needs: [] };
      task = { id: `teachers/${name}`, kind: "teacher", pair: name, augmenter: "", seed: train.seed, configuration, needs: [] };
      this.#teachers.set(key, task);
    }
    return { text: join(this.#request.directory, task.id, "run"), needs: [task.id] };
  }

  #teacherValues({ network, seed, ...own }: TrainedTeacher): Values {
    const { settings } = this.#request.study;
    // The settings' distiller is the students'.
    const distillerWithoutTeacher = own["distillerWithoutTeacher"] ?? own["distiller"] ?? settings["distillerWithoutTeacher"] ?? "cross-entropy";
    return { ...merge(settings, own), teacher: null, teacherEngine: null, student: network, seed, distillerWithoutTeacher };
  }

  #training(kind: "frozen student" | "cell", id: string, pair: Pair, teacher: GivenTeacher, label: string, seed: number, host: Host): Task | undefined {
    const entry = this.#entries.get(label);
    const values = { ...merge(this.#request.study.settings, pair.settings), teacher: teacher.text, student: pair.student, seed };
    const configuration = entry && this.#configuration(`pair ${pair.id}`, values, [entry], host);
    return configuration && { id, kind, pair: pair.id, augmenter: label, seed, configuration, needs: teacher.needs };
  }

  #measurement(pair: Pair, teacher: GivenTeacher, entry: AugmenterEntry, frozen: Task | undefined, host: Host): Task | undefined {
    const { study, directory } = this.#request;
    const { metrics, steps, seed, settings } = study.measurement;
    const own = merge(merge(study.settings, pair.settings), settings);
    const values = { ...own, teacher: teacher.text, student: pair.student, seed, metrics };
    const configuration = this.#configuration(`measurement of pair ${pair.id}`, values, [entry], host, { chained: false });
    if (configuration === undefined) return undefined;
    const student = frozen !== undefined && (entry.needsStudent || this.#readsStudent) ? frozen : undefined;
    return {
      id: `measurements/${pair.id}/${folderName(entry.label)}`,
      kind: "measurement",
      pair: pair.id,
      augmenter: entry.label,
      seed,
      configuration,
      measurement: { steps, student: student === undefined ? null : join(directory, student.id, "run") },
      needs: [...teacher.needs, ...(student === undefined ? [] : [student.id])],
    };
  }

  /** The settings of one process. `chained`: the entry's options and plugins are the training's. */
  #configuration(where: string, values: Values, entries: readonly AugmenterEntry[], { index }: Host, { chained = true } = {}): Configuration | undefined {
    const { plugins: given, preset, options, ...rest } = values;
    const { project: directory, datasetOptions } = this.#request;
    const loaded = (Array.isArray(given) ? (given as string[]) : []).filter((plugin) => !this.#broken.has(plugin) && !providesAugmenter(plugin, index));
    const plugins = [...new Set([...loaded, ...entries.flatMap((entry) => entry.plugins)])];
    const own = chained ? entries.flatMap(({ links }) => links).filter((link) => Object.keys(link.options).length > 0) : [];
    const chain = Object.fromEntries(own.map((link) => [`augmenter:${link.id}`, link.options]));
    try {
      return resolveConfiguration(
        {
          directory,
          ...(datasetOptions && { datasetOptions }),
          preset: (preset as string | undefined) ?? null,
          plugins,
          values: { ...rest, options: merge((options ?? {}) as Values, chain) },
        },
        index,
      ).complete();
    } catch (error) {
      this.#note(where, error);
      return undefined;
    }
  }

  async #try(where: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#note(where, error);
    }
  }

  /** Keeps what a catalogued error says; anything else is a fault of kdf. */
  #note(where: string, error: unknown): void {
    if (!isKdfError(error)) throw error;
    const said = error.explanation.happened
      .replace(/^The configuration \(.*?\) is wrong: /, "")
      .replace("; no preset is declared that would give defaults", "")
      .replace(/\.$/, "");
    if (!this.#said.has(said)) this.#problems.add(`${where}: ${said}`);
    this.#said.add(said);
  }
}

interface GivenTeacher {
  /** As the setting `teacher` takes it. */
  readonly text: string;
  readonly needs: readonly string[];
}

function providesAugmenter(plugin: string, index: Host["index"]): boolean {
  try {
    return index.resolve(plugin).manifest.provides.some((text) => text.startsWith("augmenter:"));
  } catch {
    return false;
  }
}
