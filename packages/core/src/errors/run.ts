import { failure, refusal } from "./error.js";
import { difference } from "./difference.js";
import { listed } from "./nearest.js";

export const runExists = refusal("KDF_RUN_EXISTS", (d: { directory: string }) => ({
  happened: `The run directory ${d.directory} exists.`,
  expected: "a directory that a new run may create",
  fix: `choose another --run-dir, or continue that run with --resume ${d.directory}`,
}));

export const directoryUnwritable = refusal("KDF_DIRECTORY_UNWRITABLE", (d: { directory: string; problem: string; fix?: string }) => ({
  happened: `${d.directory} cannot be written: ${d.problem}.`,
  expected: "a directory that this user may write",
  fix: d.fix ?? "choose another --run-dir or correct the permissions",
}));

export const runNotFound = refusal("KDF_RUN_NOT_FOUND", (d: { directory: string; problem: string }) => ({
  happened: `${d.directory} is not a run that can be used: ${d.problem}.`,
  expected: "a run directory with run.json and a complete checkpoint",
  fix: "name the directory that kdf train printed",
}));

/** `recorded` and `present` may be JSON texts: only what differs is shown. */
export const resumeMismatch = refusal(
  "KDF_RESUME_MISMATCH",
  (d: { what: string; recorded: string; present: string }) => {
    const [was, is] = difference(d.recorded, d.present);
    return {
      happened: `The run cannot be resumed exactly: its ${d.what} was ${was}, here it is ${is}.`,
      expected: "the engine, versions, threads, data and plugins that run.json records",
      fix: `restore them${d.what === "data" ? " (--data-dir, if the run was started with it)" : ""}, or start a new run`,
    };
  },
);

export const modelMismatch = refusal(
  "KDF_MODEL_MISMATCH",
  (d: { what: string; got: string; expected: string; fix: string }) => ({
    happened: `${d.what}: ${d.got}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);

export const distillerMisfit = refusal(
  "KDF_DISTILLER_MISFIT",
  (d: { distiller: string; problem: string; expected: string; fix: string }) => ({
    happened: `The distiller ${d.distiller} does not fit: ${d.problem}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);

export const distillerUnreadable = refusal("KDF_DISTILLER_UNREADABLE", (d: { entry: string; problem: string }) => ({
  happened: `The distiller "${d.entry}" cannot be read: ${d.problem}.`,
  expected: "ids joined by +, each once, with options behind ?, such as kd, kd?temperature=2 or crd?weights.crossEntropy=0.5+kd",
  fix: "correct it in --distiller or in the configuration file",
}));

/** `teacher`: whether there is one. */
export const augmenterUnused = refusal("KDF_AUGMENTER_UNUSED", (d: { distiller: string; augmenters: string; teacher: boolean }) => ({
  happened: `The distiller ${d.distiller} has no term on augmented images, so ${d.augmenters} would do nothing.`,
  expected: "a distiller with a term on the view augmented, whose target there is the teacher's output: augmentations need a teacher",
  fix: `${d.teacher ? `add one that has: --distiller ${d.distiller}+kd` : "name a teacher, with --distiller kd"}; or leave the augmenter out`,
}));

export const augmenterOrder = refusal("KDF_AUGMENTER_ORDER", (d: { augmenter: string; problem: string }) => ({
  happened: `The augmenter ${d.augmenter} cannot stand where it is: ${d.problem}.`,
  expected: "augmenters in the order of application, at most one that picks, and that one last",
  fix: `name ${d.augmenter} as the last --plugin, and only one that picks`,
}));

export const lossNotFinite = failure(
  "KDF_LOSS_NOT_FINITE",
  (d: { term: string; value: string; stage: string; epoch: number; step: number }) => ({
    happened: `The term ${d.term} is ${d.value} at stage ${d.stage}, epoch ${d.epoch + 1}, step ${d.step + 1}.`,
    expected: "a finite loss",
    fix: "lower the learning rate (--set optimizer.learningRate=…) or warm up, and resume from the last checkpoint or start anew",
  }),
);

export const diskFull = failure("KDF_DISK_FULL", (d: { file: string; problem: string }) => ({
  happened: `Writing ${d.file} failed: ${d.problem}.`,
  expected: "room on the disk",
  fix: "free some space and continue with --resume: the last complete checkpoint stands",
}));

export const workerDied = failure("KDF_WORKER_DIED", (d: { worker: string; problem: string }) => ({
  happened: `The worker ${d.worker} died: ${d.problem}.`,
  expected: "a worker that lives as long as the run",
  fix: "continue with --resume; --set workers=0 prepares batches without workers",
}));

export const engineFailed = failure(
  "KDF_ENGINE_FAILED",
  (d: { engine: string; operation: string; problem: string }) => ({
    happened: `The engine ${d.engine} failed in ${d.operation}: ${d.problem}.`,
    expected: "an engine that computes",
    fix: "try another --engine, on wasm --set wasm.threads=1, or a smaller --batch-size; the last checkpoint can be resumed",
  }),
);

export const engineAlreadyStarted = refusal("KDF_ENGINE_ALREADY_STARTED", (d: { running: string; asked: string }) => ({
  happened: `The engine ${d.asked} was asked for, but ${d.running} already runs in this process.`,
  expected: "one engine per process",
  fix: "start another process for the other engine",
}));

export const metricUnsuitable = refusal(
  "KDF_METRIC_UNSUITABLE",
  (d: { metric: string; use: string; metrics: readonly string[] }) => ({
    happened: `The metric ${d.metric} cannot ${d.use}.`,
    expected: `one of the run's metrics (${listed(d.metrics)}) that fits`,
    fix: "add it to the metrics of the configuration, or choose another",
  }),
);

export const augmenterNeedsStudent = refusal("KDF_AUGMENTER_NEEDS_STUDENT", (d: { augmenters: readonly string[] }) => ({
  happened: `${listed(d.augmenters)} picks by the student, but there is none.`,
  expected: "a trained student beside the teacher",
  fix: "name one with --student-weights RUN, or leave that augmenter out",
}));

export const metricNeedsStudent = refusal("KDF_METRIC_NEEDS_STUDENT", (d: { metrics: readonly string[] }) => ({
  happened: `${listed(d.metrics)} reads the outputs of a student, but there is none.`,
  expected: "a trained student beside the teacher",
  fix: "name one with --student-weights RUN, or leave that metric out",
}));

export const lossUnconnected = failure("KDF_LOSS_UNCONNECTED", (d: { parameters: readonly string[] }) => ({
  happened: `The loss depends on none of the ${d.parameters.length} parameters that train (${listed(d.parameters.slice(0, 3))}${
    d.parameters.length > 3 ? ", …" : ""
  }).`,
  expected: "terms that are computed from the outputs of what the stage trains",
  fix: "let the stage train what its terms read, or report it to the distiller's author",
}));

export const runBusy = refusal("KDF_RUN_BUSY", (d: { directory: string }) => ({
  happened: `Another process trains the run ${d.directory}.`,
  expected: "one process for a run",
  fix: "wait for it, or stop it first",
}));
