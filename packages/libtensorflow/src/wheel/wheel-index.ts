import { downloadFailed, installationRefused } from "@kdf/core";
import { z } from "zod";
import { platformOf, type Platform } from "./platform.js";

/** A file of a Python package index. */
export interface IndexedWheel {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string;
  readonly size: number | undefined;
}

export interface WheelRequest {
  /** Base address of the index, as pip's `--index-url` has it. */
  readonly index: string;
  readonly project: string;
  readonly version: string;
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

/**
 * Finds the wheel of a version for this platform. Any Python's will do: only libraries and headers are taken from it.
 * @throws KDF_DOWNLOAD_FAILED where the index does not answer, KDF_INSTALLATION_REFUSED where it has no such wheel
 */
export async function findWheel({ index, project, version }: WheelRequest, platform: Platform): Promise<IndexedWheel> {
  const page = `${index.replace(/\/+$/, "")}/${project}/`;
  const without = `fetch the wheel elsewhere (pip download --no-deps ${project}==${version}), then --set wheel=FILE`;
  const { files } = await readPage(page, without);
  const stem = `${project.replaceAll("-", "_")}-`;
  const wheels = files.filter(({ filename, yanked }) => filename.startsWith(stem) && filename.endsWith(".whl") && !yanked);
  const ofVersion = wheels.filter(({ filename }) => filename.slice(stem.length).split("-")[0] === version);
  const fitting = ofVersion.filter(({ filename }) => platformOf(filename) === platform).sort((a, b) => (a.filename < b.filename ? 1 : -1));
  const [file] = fitting;
  const sha256 = file?.hashes["sha256"];
  if (file === undefined || sha256 === undefined) {
    const versions = [...new Set(wheels.filter(({ filename }) => platformOf(filename) === platform).map(({ filename }) => filename.slice(stem.length).split("-")[0]!))];
    throw installationRefused({
      name: `${project} ${version}`,
      problem: ofVersion.length === 0 ? `${page} has no wheel of this version` : `${page} has no wheel of it for ${platform}`,
      expected: versions.length === 0 ? `a project with wheels for ${platform}` : `a version that it has for ${platform}: ${versions.slice(-6).join(", ")}`,
      fix: "choose one with --set version=VERSION",
    });
  }
  return { filename: file.filename, url: new URL(file.url, page).href, sha256, size: file.size };
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
