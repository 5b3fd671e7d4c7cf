import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { installationFailed } from "@kdf/core";
import { extract } from "tar";

const run = promisify(execFile);

/** The npm package that speaks with the addon: @tensorflow/tfjs-node or -gpu. */
export interface JavascriptPart {
  readonly package: string;
  readonly version: string;
}

/** Its folder among the packages that `module` (a file's URL) can import; undefined where it is not installed. */
export function installedPart({ package: name }: JavascriptPart, module: string): string | undefined {
  try {
    return dirname(createRequire(module).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/**
 * Puts the part into `directory`, without running its install script: a copy of the installed one where its version is
 * the wanted one, else fetched by npm, whose settings say from where.
 */
export async function obtainPart(part: JavascriptPart, module: string, directory: string, name: string): Promise<"copied" | "fetched"> {
  const installed = installedPart(part, module);
  if (installed !== undefined && (await versionOf(installed)) === part.version) {
    await mkdir(directory, { recursive: true });
    for (const entry of ["package.json", "dist", "binding"]) await cp(join(installed, entry), join(directory, entry), { recursive: true });
    return "copied";
  }
  await mkdir(directory, { recursive: true });
  try {
    const { stdout } = await run("npm", ["pack", `${part.package}@${part.version}`, "--json", "--ignore-scripts", "--pack-destination", directory], { cwd: directory });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await extract({ file: join(directory, filename), cwd: directory, strip: 1, filter: (path) => /^package\/(package\.json|dist\/|binding\/)/.test(path) });
    await rm(join(directory, filename));
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const problem = stderr?.split("\n").filter((line) => /npm (error|ERR!)/.test(line)).slice(0, 3).join("; ");
    throw installationFailed(
      { name, step: `fetching ${part.package}@${part.version} by npm`, problem: problem || message, fix: `npm install --ignore-scripts ${part.package}@${part.version} in your project, then again` },
      { cause },
    );
  }
  if (!existsSync(join(directory, "binding"))) throw installationFailed({ name, step: `unpacking ${part.package}`, problem: "it holds no binding/", fix: "try again" });
  return "fetched";
}

async function versionOf(directory: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as { version: string };
  return version;
}
