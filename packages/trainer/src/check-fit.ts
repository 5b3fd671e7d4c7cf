import { augmenterUnused, distillerMisfit, type ParameterLike, type PreparedDistiller } from "@kdf/core";
import { stageEpochs, type PreparedRun } from "./prepared-run.js";
import { trainedParameters } from "./trained-parameters.js";

/** Means that stand beside a stage's terms in an epoch's results. */
const reserved = new Set(["total", "images"]);

/** What a distiller declares must exist: views, taps, parameters; and an augmenter must not run in vain. */
export function checkFit(run: Omit<PreparedRun, "loader">): void {
  const { id, prepared } = run.distiller;
  const misfit = (problem: string, expected: string): Error =>
    distillerMisfit({ distiller: id, problem, expected, fix: "choose another distiller, teacher or student" });
  const extras = extrasOf(prepared);
  const views = new Set(["original", ...(run.augmenters ? ["augmented"] : []), ...prepared.views.map((view) => view.id)]);
  for (const stage of prepared.stages) {
    const unknown = stage.views.filter((view) => !views.has(view));
    if (unknown.length > 0) throw misfit(`its stage ${stage.id} uses the views ${unknown.join(", ")}`, `views among ${[...views].join(", ")}`);
    const taken = stage.losses.filter((term) => reserved.has(term));
    if (taken.length > 0) throw misfit(`its stage ${stage.id} has a term named ${taken.join(", ")}`, "terms of other names");
    const { trainsStudent } = trainedParameters(run, extras, stage);
    if (trainsStudent && stage.roles?.includes("student") === false) {
      throw misfit(`its stage ${stage.id} trains the student and does not forward it`, "the role student in the stage's roles");
    }
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
    throw augmenterUnused({ distiller: id, augmenters: run.augmenters.ids.join(", "), teacher: run.teacher !== undefined });
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
