import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packed/pack.js";

export interface Guide {
  readonly kind: string;
  readonly id: string;
  /** Complete files by their path in the package. */
  readonly files: ReadonlyMap<string, string>;
  /** Every `npx kdf` of the guide that is typed in the plugin's own folder, without `npx kdf`. */
  readonly commands: readonly (readonly string[])[];
}

/** Reads docs/guides/write-….md: fenced blocks whose first line is `// path` are files, those in `sh` are commands. */
export function readGuide(name: string): Guide {
  const text = readFileSync(join(root, "docs/guides", name), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, body]) => ({ language, body: body! }));
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ body }) => body.split("\n").map((line) => line.trim()));
  const [, kind, id] = lines.map((line) => /^npm create @kdf\/plugin (\w+) (\S+)$/.exec(line)).find((match) => match !== null) ?? [];
  if (kind === undefined || id === undefined) throw new Error(`${name} does not say: npm create @kdf/plugin KIND ID`);
  const files = new Map<string, string>();
  for (const { language, body } of blocks) {
    const path = /^\/\/ (src\/\S+)\n/.exec(body)?.[1];
    if (path === undefined) {
      if (language === "ts") throw new Error(`${name} has TypeScript without a file, which nothing compiles:\n${body}`);
      continue;
    }
    files.set(path, body);
  }
  const commands = lines.flatMap((line) => /(?:^|&& )npx kdf (.*--plugin \. ?.*)$/.exec(line)?.[1] ?? []).map((line) => line.replaceAll('"', "").split(" "));
  return { kind, id, files, commands };
}
