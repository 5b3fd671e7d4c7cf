export { openRun, resumeTraining, startTraining, type Results, type RunRequest, type TrainingOutcome, type TrainingRequest } from "./training.js";
export { dryRun, type DryRun } from "./dry-run.js";
export { rank, type RankedAugmenter, type Ranking, type RankRequest } from "./rank.js";
export { evaluateModel, type EvaluationOutcome, type EvaluationRequest } from "./evaluate-model.js";
export { checkNewRunDirectory, freeRunDirectory, readMetricsLines, readRunRecord } from "./run-directory.js";
export { disposeRun } from "./prepare-run.js";
export type { RunOrigin } from "./run-record.js";
export type { EpochDone, RunStarted, StepDone, TrainingObserver } from "./observer.js";
