import type { ModelDescription, ModelOutputs } from "./model.js";
import type { ParameterLike, TensorLike } from "./tensor-like.js";

/** A frozen model. Always in evaluation mode. */
export interface TeacherModel {
  readonly description: ModelDescription;
  /** What is recorded of it in the run: file, hash, data set, split, accuracy. */
  readonly provenance: Readonly<Record<string, string>>;
  /**
   * How many steps ahead its passes may be asked for, where `forward` computes beside this thread: the trainer then asks
   * for the next step's while the student learns from this one's. Absent or 0: a pass is asked for when it is needed.
   */
  readonly ahead?: number;
  /** Its weights by name, where they are tensors of the engine: an export keeps the names. */
  readonly parameters?: () => ReadonlyMap<string, ParameterLike>;
  /** `images` [B,H,W,C] in the teacher's own normalisation. The caller owns the outputs. */
  forward(images: TensorLike, options: { readonly taps: readonly string[] }): ModelOutputs | Promise<ModelOutputs>;
  dispose(): void;
}

/** What a teacher is opened for. */
export interface TeacherUse {
  /** Whether a student learns while it computes: then it shares the processors. */
  readonly beside: boolean;
}

/** Where a teacher comes from. */
export interface Teacher {
  open(use?: TeacherUse): Promise<TeacherModel>;
  /**
   * Runs the model of another teacher, where this one is a runtime (`--teacher-engine`). The logits are the same but for
   * rounding; taps may be missing. Takes the model over: it is disposed here, also where it is refused.
   */
  adopt?(model: TeacherModel, use?: TeacherUse): Promise<TeacherModel>;
}
