import type { BatchInfo } from "./batch.js";
import type { EngineLimits } from "./engine.js";
import type { Json } from "./json.js";
import type { ModelDescription, ModelOutputs, NormParameters } from "./model.js";
import type { RandomStream, StreamPosition, Streams } from "./random.js";
import type { Role } from "./augmenter.js";
import type { TensorLike, Trainable } from "./tensor-like.js";
import type { OptimizerConfiguration, ScheduleConfiguration } from "../configuration.js";

/** What is known before training; enough to say whether everything fits. */
export interface DistillerSubject {
  /** Absent when a network is trained alone. */
  readonly teacher?: ModelDescription;
  /** Of the teacher's maps that a batch norm made, by their taps. Absent where the teacher names none or its weights are elsewhere. */
  readonly teacherNorms?: Readonly<Record<string, NormParameters>>;
  readonly student: ModelDescription;
  readonly dataset: {
    readonly classes: readonly string[];
    /** Rows of the training split; `indices` address them. */
    readonly trainingSize: number;
    /** [trainingSize] labels of the training split, by index. */
    readonly labels: Int32Array;
  };
  /** Whether an augmenter provides the view `augmented`. */
  readonly augmented: boolean;
  /** What the run's engine can hold, as far as it is known. */
  readonly engineLimits?: EngineLimits;
  /** The run's epochs, of which a stage may take a share. Absent where there is no run, as in a probe. */
  readonly epochs?: number;
  readonly streams: Streams;
}

/** A batch that the distiller wants beside `original` and `augmented`. */
export interface ExtraView {
  readonly id: string;
  readonly from: "raw" | "original";
  /** The models that see it. */
  readonly roles: readonly Role[];
  /**
   * Views of one norm group are one batch for the batch norm; by default a view is a group of its own, by its id.
   * So `original` joins the group of the original view.
   */
  readonly normGroup?: string;
  sample(stream: RandomStream, info: BatchInfo): Json;
  /** `images` are the batch's `from` images [B,H,W,C]; returns a new tensor [R,H,W,C]. */
  apply(plan: Json, images: TensorLike): TensorLike;
}

/** A part of the training with its own losses and its own set of trained parameters. */
export interface Stage {
  readonly id: string;
  /**
   * Prefixes of what trains: `student`, `student.layer1`, `extras`, `extras.head`. What no term reaches, as a classifier
   * behind the maps that are compared, stays as it is: no step, no decay.
   * A student of which no part trains runs in evaluation mode.
   */
  readonly trains: readonly string[];
  /** The views that this stage forwards: `original`, `augmented`, ids of extra views. */
  readonly views: readonly string[];
  /**
   * The models whose outputs its losses read; both unless given. The other one is not forwarded in this stage, but for an
   * augmenter that asks for it, and metrics that read it do not observe the stage.
   */
  readonly roles?: readonly Role[];
  /** Names of the terms that `losses` returns in this stage. */
  readonly losses: readonly string[];
  /** What differs from the run's optimizer. */
  readonly optimizer?: Partial<OptimizerConfiguration>;
  readonly schedule?: ScheduleConfiguration;
  /** The run's epochs unless given. */
  readonly epochs?: number;
}

export interface ViewOutputs {
  readonly student?: ModelOutputs;
  readonly teacher?: ModelOutputs;
}

export type Views = Readonly<Record<string, ViewOutputs>>;

export interface LossContext {
  /** [B] int32 */
  readonly labels: TensorLike;
  /** [B] int32, rows of the training split. */
  readonly indices: TensorLike;
  /** The same numbers on the host: what is drawn for these rows is drawn without waiting for the engine. Not to be changed. */
  readonly rows: { readonly labels: Int32Array; readonly indices: Int32Array };
  /** The distiller's state by name; read only, owned by the trainer. */
  readonly state: Readonly<Record<string, TensorLike>>;
  readonly stage: string;
  /** From 0, within the stage. */
  readonly epoch: number;
  /** From 0, within the epoch. */
  readonly step: number;
  /** Where the step's streams are asked for. `losses` and `update` of one step are given the same, and so draw the same. */
  readonly position: StreamPosition;
}

/**
 * State in the host's memory, float32 and row-major, for what an engine may not hold. The array is the same one for the
 * whole run: the trainer writes updates and a checkpoint's values into it.
 */
export interface HostState {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A new value for a state: all of it, or some of its rows. Owned by the trainer once returned. */
export type StateUpdate = { readonly value: TensorLike } | { readonly rows: TensorLike; readonly values: TensorLike };

/** A distiller made ready for one teacher, student and data set. */
export interface PreparedDistiller {
  /** Taps that the losses read, by role. */
  readonly taps: Readonly<Record<Role, readonly string[]>>;
  /** Trained beside the student, saved in checkpoints, never in the student's weights. Owned by the trainer. */
  readonly extras: Readonly<Record<string, Trainable>>;
  /** Initial values of what is kept but not trained: banks, constants. Owned by the trainer. */
  readonly state: Readonly<Record<string, TensorLike>>;
  /** As `state`, in the host's memory: losses send the engine what they read of it. Its names differ from those of `state`. */
  readonly hostState?: Readonly<Record<string, HostState>>;
  readonly views: readonly ExtraView[];
  readonly stages: readonly Stage[];
  /** Raw scalar terms by name; differentiable in the student's outputs and in the extras. */
  losses(views: Views, context: LossContext): Readonly<Record<string, TensorLike>>;
  /** The total is the sum of weight x term. */
  weight(term: string, at: { readonly stage: string; readonly epoch: number; readonly epochs: number }): number;
  /** Called after the gradients and before the optimizer's step, outside the gradient. */
  update?(views: Views, context: LossContext): Readonly<Record<string, StateUpdate>>;
}

/** A way to train a student: which outputs are compared, and how. */
export interface Distiller {
  /** Checks that all fit, before any training; throws what does not and how to mend it. */
  prepare(subject: DistillerSubject): PreparedDistiller;
}

