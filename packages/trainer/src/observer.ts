import type { Json } from "@kdf/core";

type Results = Readonly<Record<string, Json>>;

/** What a person or a program may be told while a run goes on. All of it also stands in the run's files. */
export interface TrainingObserver {
  runStarted?(info: RunStarted): void;
  stepDone?(step: StepDone): void;
  epochDone?(epoch: EpochDone): void;
  evaluationProgress?(progress: { readonly split: string; readonly role: string; readonly done: number; readonly total: number }): void;
  checkpointWritten?(checkpoint: { readonly name: string; readonly directory: string }): void;
}

export interface RunStarted {
  readonly directory: string;
  readonly stages: readonly { readonly id: string; readonly epochs: number }[];
  readonly stepsPerEpoch: number;
  /** Where a resumed run goes on: epoch and steps done within the stage. */
  readonly resumedAt?: { readonly stage: string; readonly epoch: number; readonly step: number };
}

export interface StepDone {
  readonly stage: string;
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done of this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly globalStep: number;
  readonly images: number;
  readonly milliseconds: number;
  readonly total: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
}

export interface EpochDone {
  readonly stage: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly training: Results;
  readonly validation?: Results;
  readonly isBest?: boolean;
}
