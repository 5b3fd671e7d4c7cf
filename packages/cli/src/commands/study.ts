import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions } from "../command-options.js";
import type { StudyOptions } from "./study-run.js";

export const study: Register = (act) =>
  addOptions(
    new Command("study")
      .description("train every augmenter with every pair and seed, and compare it with what the teacher said before")
      .argument("<file>", "the study: pairs, augmenters, seeds and settings")
      .option("--run-dir <folder>", "where the study is kept and goes on (default: runs/NAME)")
      .option("--jobs <number>", "processes at once", "1")
      .option("--for <duration>", "stop after this time, for example 40m; the next command goes on")
      .option("--dry-run", "check everything and tell what it would take; write nothing")
      .option("--compare <which>", "published: lay the paper's numbers beside these in the report"),
    ["dataFiles", "engine"],
  )
    .addHelpText(
      "after",
      `
The same command again does what is missing: cells that are done stay, one
that was interrupted goes on from its checkpoint, one that failed is tried
again.
${examples("kdf study study.yaml --dry-run", "kdf study study.yaml --jobs 2 --for 40m", "kdf study study.yaml --run-dir runs/second --engine auto")}`,
    )
    .action(act<StudyOptions>(async (options, terminal, [file = ""]) => (await import("./study-run.js")).studyRun(options, terminal, file)));
