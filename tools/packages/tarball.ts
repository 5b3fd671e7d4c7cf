import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind, problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** What `npm publish` would upload of a folder. */
export interface Tarball {
  readonly folder: string;
  readonly data: Uint8Array;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Packs folders of `directory` (with ./), as they are: nothing is built. */
export async function packTarballs(directory: string, folders: readonly string[]): Promise<Tarball[]> {
  const destination = await mkdtemp(join(tmpdir(), "kdf-tarballs-"));
  try {
    const packed = JSON.parse(await npm(directory, ["pack", ...folders, "--json", "--pack-destination", destination])) as {
      filename: string;
      files: { path: string }[];
    }[];
    return await Promise.all(
      packed.map(async ({ filename, files }, index) => ({
        folder: folders[index] ?? filename,
        data: await readFile(join(destination, filename)),
        files: files.map(({ path }) => path),
      })),
    );
  } finally {
    await rm(destination, { recursive: true, force: true });
  }
}

function npm(directory: string, parameters: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    execFile("npm", parameters, { cwd: directory, maxBuffer: 1 << 26 }, (error, output) => {
      if (error === null) done(output);
      else fail(error);
    });
  });
}

/** What is wrong with a tarball: files that must ship, publint's strict rules, types as importers resolve them. */
export async function tarballProblems(tarball: Tarball): Promise<string[]> {
  const missing = ["LICENSE", "README.md"].filter((file) => !tarball.files.includes(file)).map((file) => `${file} is not in the tarball`);
  return [...missing, ...(await publintProblems(tarball)), ...(await typesProblems(tarball))];
}

async function publintProblems({ data }: Tarball): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true, level: "warning" });
  return messages
    .filter((message) => !(message.code === "NESTED_PACKAGE_JSON_FIELD_IGNORED" && isTemplate(message.args.filePath)))
    .map((message) => `publint: ${stripVTControlCharacters(formatMessage(message, pkg) ?? message.code)}`);
}

/** What a scaffolder copies: there it is the root package.json. */
const isTemplate = (file: string): boolean => /^(\.\/)?templates\//.test(file);

/** Packages are ES modules alone: what `require` of a CommonJS package would see does not count. */
async function typesProblems({ data, files }: Tarball): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(data));
  if (!("problems" in analysis)) return files.some((file) => file.endsWith(".js")) ? ["types: there are none"] : [];
  return analysis.problems
    .filter((problem) => (["node16-esm", "bundler"] as const).some((kind) => problemAffectsResolutionKind(problem, kind, analysis)))
    .map((problem) => `types: ${problemKindInfo[problem.kind].title}: ${"entrypoint" in problem ? problem.entrypoint : JSON.stringify(problem)}`);
}
