import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions, readNumber } from "../command-options.js";
import type { ProbeOptions } from "./probe-plugin.js";

export const probe: Register = (act) =>
  addOptions(
    new Command("probe")
      .description("one plugin on recorded tensors, to compare its numbers with another framework's")
      .argument("<kind>", "augmenter, distiller or metric")
      .argument("<id>", "which one")
      .requiredOption("--inputs <file>", "safetensors file, see below")
      .option("--out <file>", "where tensors are written, as safetensors")
      .option("--plan <file>", "augmenter: a recorded plan instead of a draw")
      .option("--phase <name>", "augmenter: pool stops before the selection")
      .option("--stage <id>", "distiller: the stage, by default the first")
      .option("--epoch <number>", "distiller: the epoch within the stage, from 0 (default: 0)")
      .option("--epochs <number>", "distiller: epochs of the run, where a weight depends on them", readNumber),
    ["plugins", "engine", "seed", "settings"],
  )
    .addHelpText(
      "after",
      `
Inputs (NHWC, float32; labels and indices int32):
  distiller  labels [B]; indices [B]; <view>.<role>.logits [B,K] and
             <view>.<role>.<tap>, role student or teacher; extras.<parameter>
             in PyTorch's layout; state.<name>; dataset.labels [N]. --out writes
             grad.<input>, and what the step makes of state.<name>.
  metric     steps.<view>.<role>.logits [S,B,K]; steps.labels [S,B]
  augmenter  images [B,H,W,C], labels [B]; for a selection pool.<role>.logits
             [P,K] and original.teacher.logits [B,K], with pool.images
             [P,H,W,C] (pool.rows, pool.labels [P]) or the --plan that made
             them. --out writes images, labels, indices: of a selection from
             logits alone only indices; with --phase pool pool.images,
             pool.labels, pool.rows.
A metric takes none of --out, --engine and --seed: it computes on plain numbers.
${examples("kdf probe distiller kd --inputs outputs.safetensors --json", "kdf probe augmenter cutmix --inputs batch.safetensors --seed 3 --json")}`,
    )
    .action(
      act<ProbeOptions>(async (options, terminal, positional) => (await import("./probe-plugin.js")).probePlugin(options, terminal, positional)),
    );
