import { downloadFailed, installationRefused } from "@kdf/core";
import { z } from "zod";
import { platformOf, type Platform } from "./platform.js";
import { normalizeName } from "./requirement.js";
import { compareVersions, satisfies } from "./version.js";

/** A file of a Python package index. */
export interface IndexedWheel {
  readonly filename: string;
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
  readonly size: number | undefined;
}

export interface WheelRequest {
  /** Base address of the index, as pip's `--index-url` has it. */
  readonly index: string;
  readonly project: string;
  /** As in a requirement: `==2.21.0`, `>=12.5,<13`. */
  readonly specifier: string;
  /** What helps where there is no such version, and where there is no index. */
  readonly fix: { readonly version: string; readonly index: string };
}

/** The simple repository API in JSON: https://packaging.python.org/en/latest/specifications/simple-repository-api/ */
const projectPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      size: z.int().positive().optional(),
      hashes: z.record(z.string(), z.string()),
      yanked: z.union([z.boolean(), z.string()]).optional(),
    }),
  ),
});

/** Project and version that a wheel's file name states (PEP 427); undefined for what is no wheel. */
export function statedBy(filename: string): { readonly project: string; readonly version: string } | undefined {
  const [, project, version] = /^([^-]+)-([^-]+)-.*\.whl$/.exec(filename) ?? [];
  return project === undefined || version === undefined ? undefined : { project: normalizeName(project), version };
}

/**
 * Finds the newest wheel that fits, for this platform. Any Python's will do: only libraries and headers are taken from it.
 * @throws KDF_DOWNLOAD_FAILED where the index does not answer, KDF_INSTALLATION_REFUSED where it has no such wheel
 */
export async function findWheel({ index, project, specifier, fix }: WheelRequest, platform: Platform): Promise<IndexedWheel> {
  const page = `${index.replace(/\/+$/, "")}/${normalizeName(project)}/`;
  const { files } = await readPage(page, fix.index);
  const wheels = files.flatMap((file) => {
    const stated = file.yanked ? undefined : statedBy(file.filename);
    return stated?.project === normalizeName(project) ? [{ ...file, version: stated.version }] : [];
  });
  const fitting = wheels.filter(({ filename, version }) => platformOf(filename) === platform && satisfies(version, specifier));
  const [file] = fitting.sort((a, b) => compareVersions(b.version, a.version) || (a.filename < b.filename ? 1 : -1));
  const sha256 = file?.hashes["sha256"];
  if (file === undefined || sha256 === undefined) {
    const ofVersion = wheels.some(({ version }) => satisfies(version, specifier));
    const versions = [...new Set(wheels.filter(({ filename }) => platformOf(filename) === platform).map(({ version }) => version))].sort(compareVersions);
    throw installationRefused({
      name: `${project} ${specifier.replace(/^==/, "")}`,
      problem: ofVersion ? `${page} has no wheel of it for ${platform}` : `${page} has no wheel of this version`,
      expected: versions.length === 0 ? `a project with wheels for ${platform}` : `a version that it has for ${platform}: ${versions.slice(-6).join(", ")}`,
      fix: fix.version,
    });
  }
  return { filename: file.filename, version: file.version, url: new URL(file.url, page).href, sha256, size: file.size };
}

async function readPage(page: string, fix: string): Promise<z.infer<typeof projectPage>> {
  let problem: string;
  try {
    const response = await fetch(page, {
      headers: { accept: "application/vnd.pypi.simple.v1+json" },
      signal: AbortSignal.timeout(30_000),
    });
    if (response.ok) {
      const parsed = projectPage.safeParse(await response.json().catch(() => undefined));
      if (parsed.success) return parsed.data;
      problem = "it does not answer in the simple API's JSON";
    } else problem = `it answers ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    problem = cause instanceof Error ? cause.message : message;
  }
  throw downloadFailed({ url: page, problem, fix });
}
