import { createProgram } from "@kdf/cli";
import { alternatives, code, generatedPage, table } from "./markdown.js";

type Command = ReturnType<typeof createProgram>;

/** The reference of every command, from the program that parses them. */
export function commandsPage(): string {
  const program = programWithoutTerminal();
  const leaves = leavesOf(program, program.name());
  const index = leaves.map(({ command, path }) => [`[${path}](#${anchor(path)})`, command.description()]);
  const general = program.createHelp().visibleOptions(program);
  return [
    generatedPage,
    "# Commands",
    table(["Command", ""], index),
    "`kdf` itself takes:",
    table(["Option", ""], general.map(optionCells)),
    ...leaves.map(section),
  ]
    .join("\n\n")
    .concat("\n");
}

/** The program, of which every command is asked for its help and none runs. */
function programWithoutTerminal(): Command {
  const nowhere = { write: () => true };
  return createProgram({ output: nowhere, messages: nowhere, directory: "." }, { done: () => undefined, told: () => undefined });
}

interface Leaf {
  readonly command: Command;
  /** For example `kdf plugins list`. */
  readonly path: string;
}

const leavesOf = (command: Command, path: string): Leaf[] =>
  command.commands.length === 0
    ? [{ command, path }]
    : command.commands.flatMap((below) => leavesOf(below, `${path} ${below.name()}`));

const anchor = (path: string): string => path.toLowerCase().replaceAll(" ", "-");

function section({ command, path }: Leaf): string {
  const help = command.createHelp();
  const parameters = help.visibleArguments(command).map((argument) => [code(argument.name()), argument.description]);
  const options = help.visibleOptions(command).map(optionCells);
  const after = helpAfter(command);
  return [
    `## ${path}`,
    sentence(command.description()),
    fenced(`${path} ${command.usage()}`),
    ...(parameters.length > 0 ? [table(["Argument", ""], parameters)] : []),
    table(["Option", ""], options),
    ...(after === "" ? [] : [fenced(after)]),
  ].join("\n\n");
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

function optionCells(option: Command["options"][number]): [string, string] {
  const { description, argChoices, defaultValue } = option;
  const choices = argChoices === undefined ? [] : [alternatives(argChoices.map(code))];
  // An empty list is what a repeatable option starts from.
  const none = defaultValue === undefined || defaultValue === true || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const preset = none ? [] : [`default ${code(String(defaultValue))}`];
  return [code(option.flags), [description, ...choices, ...preset].join("; ")];
}

/** What the help says after arguments and options: the examples. */
function helpAfter(command: Command): string {
  let whole = "";
  command.configureOutput({ writeOut: (text) => void (whole += text) });
  command.outputHelp();
  return whole.slice(command.helpInformation().length).trim();
}
