import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions } from "../command-options.js";
import type { ExportOptions } from "./export-model.js";

export const exporting: Register = (act) =>
  addOptions(
    new Command("export")
      .description("write a trained model in the format of another tool")
      .argument("<model>", "run directory (its best checkpoint), weights file or teacher plugin")
      .option("--format <name>", "onnx", "onnx")
      .option("--out <file>", "where it is written (default: the model's name in the working folder)")
      .option("--force", "replace a file that is there"),
    ["plugins", "engine", "settings"],
  )
    .addHelpText(
      "after",
      `
onnx: input images [batch,C,H,W], normalised as the metadata say; output logits
[batch,K]. The metadata name classes, size, mean, std and the weights' hash.
${examples("kdf export runs/fashion-mnist-resnet8-kd-1", "kdf export fashion-mnist-teacher --out teacher.onnx", "kdf export student.safetensors --format onnx --force --json")}`,
    )
    .action(act<ExportOptions>(async (options, terminal, positional) => (await import("./export-model.js")).exportTrained(options, terminal, positional)));
