import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { studyInvalid } from "@kdf/core";
import { candidateNames, readConfigurationFile, type Values } from "@kdf/host";
import { z } from "zod";

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected letters, digits, dots, dashes and underscores");
const settings = z.record(z.string(), z.unknown());
const seed = z.int().nonnegative();

const entries = z.array(z.string().min(1)).min(1);

/** A teacher that the study trains itself: a network, and what is to be otherwise than in the study's settings. */
const trainedTeacher = z.strictObject({
  train: z.looseObject({
    network: z.string().describe("id of the network"),
    seed: seed.default(0).describe("of the teacher's run"),
  }),
});

const pairSchema = z.strictObject({
  id: name.optional().describe("TEACHER-STUDENT unless given"),
  teacher: z.union([z.string(), trainedTeacher]).describe("plugin id, run directory, weights file, or {train: {network: ID, epochs: …}}"),
  student: z.string().describe("id of the network that is trained"),
  settings: settings.default({}).describe("what is to be otherwise than in the study's settings"),
  augmenters: entries.optional().describe("the study's unless given"),
});

/** The file of `kdf study`. */
export const studySchema = z.strictObject({
  name: name.describe("names the study's folder and its report"),
  settings: settings.describe("what all cells share, as `kdf train --config` takes it; no preset gives defaults unless one is named here"),
  pairs: z.array(pairSchema).min(1),
  augmenters: entries.optional().describe("entries as `kdf rank --augmenters` takes them, and `none`: training without an augmenter"),
  seeds: z.array(seed).min(1).describe("one cell for each pair, augmenter and seed"),
  outcome: z.string().default("loss").describe("id of the metric on the test images that is predicted"),
  measurement: z
    .strictObject({
      metrics: z.array(z.string()).min(1).default(["t-stddev"]).describe("ids of what is measured with the teacher, before training"),
      steps: z.int().positive().default(100).describe("batches observed for each augmenter"),
      seed: seed.default(0),
      settings: settings.default({}).describe("what is to be otherwise than in the cells"),
    })
    .prefault({}),
  frozenStudent: z
    .strictObject({
      augmenter: z.string().default("identity"),
      seed: seed.default(1000).describe("outside `seeds`"),
    })
    .prefault({})
    .describe("the trained student of each pair that a measurement asks for: an augmenter that picks by it, a metric that reads it"),
  deviations: z.array(z.string()).default([]).describe("what was done otherwise than the protocol says; stands in the report"),
});

type Parsed = z.infer<typeof studySchema>;
export type TrainedTeacher = z.infer<typeof trainedTeacher>["train"];

export interface Pair {
  readonly id: string;
  readonly teacher: string | { readonly train: TrainedTeacher };
  readonly student: string;
  readonly settings: Values;
  /** Its own, or the study's. */
  readonly augmenters: readonly string[];
}

/** A study as its file says, its paths absolute. */
export interface Study extends Omit<Parsed, "pairs" | "augmenters"> {
  readonly file: string;
  readonly pairs: readonly Pair[];
  /** Those of all pairs. */
  readonly augmenters: readonly string[];
}

/** The keys of `settings` that the study itself decides. */
const decided = ["teacher", "student", "seed"] as const;

/** Reads the file and checks what can be checked without plugins. KDF_CONFIGURATION_UNREADABLE, KDF_STUDY_INVALID. */
export function readStudyFile(file: string): Study {
  const parsed = studySchema.safeParse(readConfigurationFile(file, "name an existing, well-formed file"));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`);
    throw studyInvalid({ file, problems });
  }
  const base = dirname(file);
  const common = parsed.data.augmenters ?? [];
  const pairs = parsed.data.pairs.map((pair) => ({
    ...pair,
    id: pair.id ?? `${teacherName(pair.teacher)}-${pair.student}`,
    teacher: typeof pair.teacher === "string" ? absoluteTeacher(pair.teacher, base) : pair.teacher,
    settings: absolutePaths(pair.settings, base),
    augmenters: pair.augmenters ?? common,
  }));
  const augmenters = [...new Set(pairs.flatMap((pair) => pair.augmenters))];
  const study: Study = { ...parsed.data, file, settings: absolutePaths(parsed.data.settings, base), pairs, augmenters };
  const problems = problemsOf(study);
  if (problems.length > 0) throw studyInvalid({ file, problems });
  return study;
}

function problemsOf({ settings, pairs, augmenters, seeds, frozenStudent, measurement }: Study): string[] {
  const given: [string, Values][] = [
    ["settings", settings],
    ["measurement.settings", measurement.settings],
    ...pairs.map((pair): [string, Values] => [`pair ${pair.id}: settings`, pair.settings]),
  ];
  return [
    ...given.flatMap(([where, values]) =>
      decided.filter((key) => key in values).map((key) => `${where}: ${key} is decided by the study's pairs and seeds`),
    ),
    ...repeated(pairs.map(({ id }) => id)).map((id) => `pairs: two are called ${id}; give one an id of its own`),
    ...pairs.filter((pair) => pair.augmenters.length === 0).map(({ id }) => `pair ${id}: augmenters are missing, and the study has none for all pairs`),
    ...new Set(pairs.flatMap((pair) => repeated(pair.augmenters)).map((entry) => `augmenters: ${entry} is named twice`)),
    ...repeated(augmenters.map(folderName))
      .map((folder) => `augmenters: two entries would share the folder ${folder}`),
    ...augmenters.filter((entry) => entry.includes(",")).map((entry) => `augmenters: ${entry} holds a comma, which parts entries`),
    ...repeated(seeds.map(String)).map((seed) => `seeds: ${seed} is named twice`),
    ...(seeds.includes(frozenStudent.seed) ? [`frozenStudent.seed: ${frozenStudent.seed} is a seed of the study; take another`] : []),
  ];
}

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, place) => names.indexOf(name) < place))];

/** An entry of `augmenters` as the name of a folder. */
export const folderName = (entry: string): string => entry.replace(/[^A-Za-z0-9.+=_-]/g, "_");

function teacherName(teacher: Parsed["pairs"][number]["teacher"]): string {
  if (typeof teacher !== "string") return teacher.train.network;
  return teacher.replace(/^.*[/\\](?=[^/\\])/, "").replace(/[^A-Za-z0-9._-]/g, "_");
}

/** Whether a teacher is named by a path. */
export const isPath = (teacher: string): boolean => /[/\\]|\.\w+$/.test(teacher);

function absoluteTeacher(teacher: string, base: string): string {
  return isPath(teacher) || existsSync(resolve(base, teacher)) ? resolve(base, teacher) : teacher;
}

/** Folders among the plugins are relative to the file. */
function absolutePaths(values: Values, base: string): Values {
  const { plugins } = values;
  if (!Array.isArray(plugins)) return values;
  const absolute = plugins.map((plugin: unknown) => {
    const candidates = typeof plugin === "string" ? candidateNames(plugin) : { packages: [] };
    return "folder" in candidates ? resolve(base, candidates.folder) : plugin;
  });
  return { ...values, plugins: absolute };
}
