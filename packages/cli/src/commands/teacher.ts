import { Command, Option } from "commander";
import type { Register } from "../command-work.js";
import { addOptions } from "../command-options.js";
import { examples } from "../examples.js";
import type { InspectOptions } from "./teacher-inspect.js";

export const teacher: Register = (act) =>
  new Command("teacher").description("teachers from elsewhere").addCommand(
    addOptions(
      new Command("inspect")
        .description("what a teacher's file is, what it lacks to be used, and the command to type next")
        .argument("<model>", "PyTorch, safetensors, ONNX or TensorFlow.js file, SavedModel folder, run directory or teacher plugin")
        .option("--verify <file>", "compare logits: safetensors with input (as the network is fed it) and logits")
        .addOption(new Option("--layout <order>", "of --verify's input, where its shape leaves it open").choices(["NCHW", "NHWC"])),
      ["plugins", "data", "engine", "settings"],
    )
      .addHelpText(
        "after",
        examples(
          "kdf teacher inspect resnet56_best.pth --dataset cifar100",
          "kdf teacher inspect model.onnx --json",
          "kdf teacher inspect runs/big --verify pair.safetensors",
        ),
      )
      .action(act<InspectOptions>(async (options, terminal, [file = ""]) => (await import("./teacher-inspect.js")).inspect(options, terminal, file))),
  );
