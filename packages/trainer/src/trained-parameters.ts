import { distillerMisfit, type ParameterLike, type Stage } from "@kdf/core";
import type { Parameter } from "@kdf/tensor";
import type { PreparedRun } from "./prepared-run.js";

export interface TrainedParameters {
  /** By qualified name: `student.conv1.weight`, `extras.head.fc.bias`. */
  readonly trained: ReadonlyMap<string, Parameter>;
  readonly trainsStudent: boolean;
}

/** The parameters that a stage trains, by the prefixes that it names. KDF_DISTILLER_MISFIT when a prefix names none. */
export function trainedParameters(
  run: Pick<PreparedRun, "student" | "distiller">,
  extras: ReadonlyMap<string, ParameterLike>,
  stage: Stage,
): TrainedParameters {
  const all = new Map<string, ParameterLike>();
  for (const [name, parameter] of run.student.model.parameters()) all.set(`student.${name}`, parameter);
  for (const [name, parameter] of extras) all.set(`extras.${name}`, parameter);
  const trained = new Map<string, Parameter>();
  for (const prefix of stage.trains) {
    const named = [...all].filter(([name, parameter]) => parameter.trainable && (name === prefix || name.startsWith(`${prefix}.`)));
    if (named.length === 0) {
      throw distillerMisfit({
        distiller: run.distiller.id,
        problem: `its stage ${stage.id} trains ${prefix}, of which there is nothing`,
        expected: `prefixes of trainable parameters, such as ${[...all.keys()].slice(0, 3).join(", ")}`,
        fix: "choose another student or report it to the plugin's author",
      });
    }
    for (const [name, parameter] of named) trained.set(name, parameter as Parameter);
  }
  return { trained, trainsStudent: [...trained.keys()].some((name) => name.startsWith("student.")) };
}
