import { isKdfError, scaffoldIncomplete } from "@kdf/core";
import { ask } from "./ask.js";
import { readCommandLine, usage, type CommandLine } from "./command-line.js";
import { createdText, createPlugin, version } from "./create-plugin.js";
import { templateKinds } from "./template-kinds.js";

const help = `Usage: ${usage} [-- --scope @x] [-- --directory FOLDER]

Writes a new plugin for kdf: a package with a working example of its kind, its
tests, a README and a CI file. At a terminal it asks for what is not given.

Kinds:
${Object.entries(templateKinds)
  .map(([kind, what]) => `  ${kind.padEnd(10)} ${what}`)
  .join("\n")}

Options (after a lone --, or npm keeps them to itself):
  --scope @x           the package is @x/kdf-plugin-ID
  --directory FOLDER   where to write it; ./kdf-plugin-ID unless given
  --help               print this help
  --version            print the version

Example:
  npm create @kdf/plugin augmenter brighten -- --scope @acme
`;

process.exitCode = await main(process.argv.slice(2)).catch(report);

/** Exit code: 0 made, 2 the request is wrong, 130 left at a prompt. */
async function main(parameters: readonly string[]): Promise<number> {
  const given = readCommandLine(parameters);
  if (given.help || given.version) {
    process.stdout.write(given.help ? help : `${version()}\n`);
    return 0;
  }
  const subject = await complete(given);
  if (subject === undefined) return 130;
  const { directory, scope } = given;
  const created = createPlugin({
    ...subject,
    from: process.cwd(),
    ...(directory !== undefined && { directory }),
    ...(scope !== undefined && { scope }),
  });
  process.stdout.write(`${createdText(created)}\n`);
  return 0;
}

async function complete({ kind, id }: CommandLine): Promise<{ kind: string; id: string } | undefined> {
  if (kind !== undefined && id !== undefined) return { kind, id };
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    const missing = [kind === undefined ? ["kind"] : [], id === undefined ? ["id"] : []].flat();
    throw scaffoldIncomplete({ missing, usage });
  }
  return ask({ ...(kind !== undefined && { kind }), ...(id !== undefined && { id }) });
}

function report(error: unknown): number {
  if (!isKdfError(error)) throw error;
  process.stderr.write(`error: ${error.message}\n  ${error.code}\n`);
  return error.kind === "request" ? 2 : 1;
}
