import { configurationSchema, optionsJsonSchema } from "@kdf/core";
import { generatedPage } from "./markdown.js";
import { optionTable, type JsonSchema } from "./option-table.js";

const introduction = `Everything that decides a run. A preset gives defaults, a recipe others over them; the file of \`--config\` (YAML or JSON) goes over it, the options of the
command over the file, and \`--set path=value\` over all. What is required here is in most projects given by the preset.`;

const options = `Options of plugins stand under \`options\`, by the id of what takes them, or by \`kind:id\` where an id is of two kinds:

\`\`\`yaml
dataset: fashion-mnist
epochs: 5
optimizer: { learningRate: 0.05 }
options:
  cutmixpick: { poolFactor: 3 }
\`\`\`

On the command line \`--set cutmixpick.poolFactor=3\` is the same. [plugins.md](plugins.md) leads to the options of each plugin.`;

/** The reference of the configuration, from its schema. */
export function configurationPage(): string {
  const table = optionTable(optionsJsonSchema(configurationSchema) as JsonSchema) ?? "";
  return `${[generatedPage, "# Configuration", introduction, table, options].join("\n\n")}\n`;
}
