import { Command } from "commander";
import { addLearningOptions, addOptions } from "../command-options.js";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import type { BenchOptions } from "./bench-run.js";

export const bench: Register = (act) =>
  addOptions(
    addLearningOptions(
      new Command("bench")
        .description("time the training step: where it goes, and against PyTorch")
        .option("--steps <number>", "steps that are timed", "20")
        .option("--against <library>", "take turns with the same step in another library: pytorch")
        .option("--python <program>", "the Python that has PyTorch; python3 unless given")
        .option("--no-compile", "compare with PyTorch's eager mode alone"),
    ),
    ["engine", "batchSize", "seed", "settings"],
  )
    .addHelpText(
      "after",
      `
Nothing is written. Evaluation, checkpoints and the run's log are not measured.
PyTorch takes the step of the published loop, the networks as kdf records them,
on as many threads.
${examples("kdf bench --plugin cutmixpick", "kdf bench --engine tensorflow --steps 50 --json", "kdf bench --plugin cutmixpick --against pytorch --python .venv/bin/python")}`,
    )
    .action(act<BenchOptions>(async (options, terminal) => (await import("./bench-run.js")).benchRun(options, terminal)));
