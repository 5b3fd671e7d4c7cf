import { Argument, Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";

export const completion: Register = (act) =>
  new Command("completion")
    .description("a script that lets the shell complete commands, options and what is installed")
    .addArgument(new Argument("<shell>", "which").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
Where it goes: bash, a line in ~/.bashrc; zsh, a line in ~/.zshrc after
compinit; fish, a file. It completes what the project in the current folder
declares and runs no plugin's code.
${examples('eval "$(kdf completion bash)"', 'eval "$(kdf completion zsh)"', "kdf completion fish > ~/.config/fish/completions/kdf.fish")}`,
    )
    .action(act(async (_, __, [shell]) => (await import("./completion-script.js")).completionScript(shell as "bash" | "zsh" | "fish")));

/** What the scripts call: the words of the command line so far, the last one being typed. */
export const complete: Register = (act) =>
  new Command("complete")
    .argument("[words...]")
    .action(act(async (_, terminal, words, command) => (await import("./completion-words.js")).completeWords(words, terminal, command.parent!)));
