import { didYouMean, distillerMisfit, listed, type DistillerSubject, type ModelDescription, type ModelOutputs, type Role, type TensorLike, type ViewOutputs } from "@kdf/core";
import { z } from "zod";

/** The option `taps` of every distiller that compares features. It names taps where a model's own names or number of taps do not fit. */
export const tapPairsOption = z
  .array(
    z.strictObject({
      teacher: z.string().min(1).describe("a tap of the teacher"),
      student: z.string().min(1).describe("the student's tap that is compared with it"),
    }),
  )
  .min(1)
  .optional()
  .describe("pairs of taps, `[{teacher: f1, student: f1}]`, in place of those that are paired by their place");

export type NamedTapPairs = z.infer<typeof tapPairsOption>;

/** A tap of a model and its shape without the batch: [H,W,C] of a map, [C] of a vector. */
export interface Tap {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a loss compares: a tap of the teacher with one of the student. */
export interface TapPair {
  readonly teacher: Tap;
  readonly student: Tap;
}

export interface TapQuestion {
  /** The distiller's id, for its errors. */
  readonly distiller: string;
  readonly subject: Pick<DistillerSubject, "teacher" | "student">;
  /** The option `taps`: these pairs in place of those by position. */
  readonly named?: NamedTapPairs;
}

/** `fX` before its ReLU is `fXPreactivation`. */
const preactivation = "Preactivation";

/**
 * The maps of all stages by position, without the stem: the first map of a model that has several. Of the networks of
 * the zoos f1, f2, …; what is called `[1:-1]` of the list [f0, …, fN, pooled] elsewhere.
 */
export const stageMapPairs = (question: TapQuestion): readonly TapPair[] => pairsOf(question, { rank: 3, what: "maps of stages", of: stages });

/** All maps by position, the stem's too: f0, f1, …; what is called `[:-1]` elsewhere. */
export const mapPairs = (question: TapQuestion): readonly TapPair[] => pairsOf(question, { rank: 3, what: "maps", of: maps });

/** The maps at one place of each model's list of maps; the stem has the place 0. */
export const mapPairAt = (question: TapQuestion, place: number): TapPair =>
  only(question, pairsOf(question, { rank: 3, what: `a map at the place ${place} of its maps, counted from 0`, of: (model) => maps(model).slice(place, place + 1) }));

/** The last map of each, before it is pooled. */
export const lastMapPair = (question: TapQuestion): TapPair => only(question, pairsOf(question, { rank: 3, what: "a map", of: (model) => maps(model).slice(-1) }));

/** The pooled vectors that the classifiers see: each model's last vector. */
export const pooledPair = (question: TapQuestion): TapPair => only(question, pairsOf(question, { rank: 1, what: "a pooled vector", of: (model) => ofRank(model, 1).slice(-1) }));

/**
 * The maps of all stages by position, without the stem, before their ReLU. A model that names none (`…Preactivation`)
 * gives its maps as they are: those of MobileNetV2 have no ReLU.
 */
export const preactivationPairs = (question: TapQuestion): readonly TapPair[] =>
  pairsOf(question, {
    rank: 3,
    what: "maps of stages before their ReLU",
    of: (model) => {
      const before = ofRank(model, 3).filter(({ name }) => name.endsWith(preactivation));
      return before.length === 0 ? stages(model) : withoutStem(before);
    },
  });

/** The taps of the pairs by role, each once, as a prepared distiller declares them. */
export function tapsOfPairs(pairs: readonly TapPair[]): Record<Role, readonly string[]> {
  const names = (role: Role): string[] => [...new Set(pairs.map((pair) => pair[role].name))];
  return { teacher: names("teacher"), student: names("student") };
}

/** The tensors of a pair, of the view's outputs. They stay their owner's. */
export function tensorsOfPair({ teacher, student }: TapPair, view: ViewOutputs): { readonly teacher: TensorLike; readonly student: TensorLike } {
  const of = (outputs: ModelOutputs | undefined, { name }: Tap): TensorLike => outputs!.taps[name]!;
  return { teacher: of(view.teacher, teacher), student: of(view.student, student) };
}

interface Wanted {
  /** Of the shape without the batch: 3 of maps, 1 of vectors. */
  readonly rank: 1 | 3;
  readonly what: string;
  of(model: ModelDescription): readonly Tap[];
}

const ofRank = ({ taps }: ModelDescription, rank: number): Tap[] =>
  Object.entries(taps).flatMap(([name, shape]) => (shape.length === rank ? [{ name, shape }] : []));

const maps = (model: ModelDescription): Tap[] => ofRank(model, 3).filter(({ name }) => !name.endsWith(preactivation));

const withoutStem = (all: readonly Tap[]): readonly Tap[] => (all.length > 1 ? all.slice(1) : all);

const stages = (model: ModelDescription): readonly Tap[] => withoutStem(maps(model));

/** Throws KDF_DISTILLER_MISFIT unless there is a pair of what is wanted, and as many in the teacher as in the student. */
function pairsOf({ distiller, subject: { teacher, student }, named }: TapQuestion, wanted: Wanted): readonly TapPair[] {
  const misfit = (problem: string, expected: string, fix: string): Error => distillerMisfit({ distiller, problem, expected, fix });
  const naming = `name the pairs: --set "${distiller}.taps=[{teacher: TAP, student: TAP}]"`;
  if (teacher === undefined) {
    throw misfit("it learns from a teacher, and there is none", "a teacher (--teacher)", "name one, or train the student alone with --distiller cross-entropy");
  }
  const models = { teacher, student };
  for (const role of ["teacher", "student"] as const) {
    if (ofRank(models[role], wanted.rank).length > 0) continue;
    throw misfit(
      `the ${role} ${models[role].network} has no taps of shape ${shapes[wanted.rank]} (its taps: ${listed(Object.keys(models[role].taps))})`,
      `a teacher and a student that give ${wanted.what}, not logits alone`,
      // Of a teacher that gives logits alone the trainer adds which distillers do with them.
      `choose a ${role} that gives them${role === "student" ? ", or a distiller that reads logits alone, for example --distiller kd" : ""}`,
    );
  }
  if (named !== undefined) {
    const tap = (role: Role, name: string): Tap => {
      const fit = ofRank(models[role], wanted.rank);
      const found = fit.find((one) => one.name === name);
      if (found !== undefined) return found;
      const names = fit.map((one) => one.name);
      const shape = models[role].taps[name];
      const problem = shape === undefined ? `has no tap ${name}` : `has the tap ${name} of shape [${shape.join(", ")}]`;
      throw misfit(`the ${role} ${models[role].network} ${problem}`, `a tap of shape ${shapes[wanted.rank]} among ${listed(names)}`, `name one of them in ${distiller}.taps.${didYouMean(name, names)}`);
    };
    return named.map((pair) => ({ teacher: tap("teacher", pair.teacher), student: tap("student", pair.student) }));
  }
  const found = { teacher: wanted.of(teacher), student: wanted.of(student) };
  const list = (role: Role): string => `the ${role} ${models[role].network} has ${listed(found[role].map(({ name }) => name))}`;
  if (found.teacher.length !== found.student.length || found.teacher.length === 0) {
    throw misfit(`${list("teacher")} and ${list("student")}`, `as many taps of one as of the other, at least one: ${wanted.what}`, `${naming}; or choose another teacher or student`);
  }
  return found.teacher.map((tap, place) => ({ teacher: tap, student: found.student[place]! }));
}

const shapes = { 1: "[C]", 3: "[H, W, C]" } as const;

/** Throws KDF_DISTILLER_MISFIT where the option names more pairs than the one that the loss is of. */
function only({ distiller }: TapQuestion, pairs: readonly TapPair[]): TapPair {
  if (pairs.length === 1) return pairs[0]!;
  throw distillerMisfit({
    distiller,
    problem: `${distiller}.taps names ${pairs.length} pairs of taps`,
    expected: "one pair: the loss is of one",
    fix: `leave all but one out of ${distiller}.taps`,
  });
}
