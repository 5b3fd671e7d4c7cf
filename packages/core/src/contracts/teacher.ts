import type { Json } from "./json.js";
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

/** A tensor of a file: a weight, an input or an output. */
export interface InspectedTensor {
  /** As the file names it. */
  readonly name: string;
  /** null where a dimension is open. */
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
  /** The name in the network that it is loaded into, where that is another. */
  readonly mapped?: string;
}

/** What a teacher's file is, found without opening it as a model. */
export interface TeacherInspection {
  /** What it is, in words. */
  readonly format: string;
  /** What else there is to tell, by name, in order. */
  readonly facts: Readonly<Record<string, string>>;
  readonly weights: readonly InspectedTensor[];
  readonly inputs: readonly InspectedTensor[];
  readonly outputs: readonly InspectedTensor[];
  /** Shapes without the batch, by name, of what a distiller may read of it. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  readonly classes?: number;
  /** What the file or the options given say of these options. */
  readonly options: Readonly<Record<string, Json>>;
  /** Options that nobody gives yet and that opening needs. */
  readonly missing: readonly string[];
  /** What stands in the way, in sentences without a full stop. */
  readonly problems: readonly string[];
}

/** Where a teacher comes from. */
export interface Teacher {
  open(use?: TeacherUse): Promise<TeacherModel>;
  /** Looks at its file. Only what cannot be read at all is an error; what is missing is told. An engine runs. */
  inspect?(): Promise<TeacherInspection>;
  /**
   * Runs the model of another teacher, where this one is a runtime (`--teacher-engine`). The logits are the same but for
   * rounding; taps may be missing. Takes the model over: it is disposed here, also where it is refused.
   */
  adopt?(model: TeacherModel, use?: TeacherUse): Promise<TeacherModel>;
}
