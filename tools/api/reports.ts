import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from "@microsoft/api-extractor";
import { readJson, root } from "../packages/workspace.js";

/** The packages that plugins are written against. */
const rooms = ["core", "tensor", "testing"];

/** What one entry point of a package offers, as a committed report. */
export interface Report {
  /** From the root, for example `packages/core/etc/core.api.md`. */
  readonly file: string;
  /** Whether the committed report differed from what is built. */
  readonly changed: boolean;
  /** Errors of the compiler. */
  readonly problems: readonly string[];
}

/** Compares every report with what is built; `write` replaces those that differ. Throws where a package is not built. */
export function apiReports({ write }: { readonly write: boolean }): Report[] {
  return rooms.flatMap((room) => {
    const folder = join(root, "packages", room);
    const { exports = {} } = readJson(join(folder, "package.json"));
    return Object.entries(exports).flatMap(([name, entry]) => {
      if (typeof entry === "string" || entry["types"] === undefined) return [];
      const report = name === "." ? room : `${room}-${basename(name)}`;
      return extract(folder, entry["types"], report, write);
    });
  });
}

function extract(folder: string, types: string, name: string, write: boolean): Report {
  const file = `${name}.api.md`;
  const entry = join(folder, types);
  if (!existsSync(entry)) throw new Error(`${folder} is not built: run npm run build`);
  mkdirSync(join(folder, "etc"), { recursive: true });
  const temporary = mkdtempSync(join(tmpdir(), "kdf-api-"));
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: "lf",
      compiler: { tsconfigFilePath: join(folder, "tsconfig.json"), skipLibCheck: true },
      apiReport: { enabled: true, reportFileName: file, reportFolder: join(folder, "etc"), reportTempFolder: temporary },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // A type that a signature names and nobody can import is remarked in the report, where a review sees it.
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.None, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const problems: string[] = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: write,
    messageCallback: (message: ExtractorMessage) => {
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithLocation(root));
      message.handled = true;
    },
  });
  rmSync(temporary, { recursive: true, force: true });
  return { file: `packages/${basename(folder)}/etc/${file}`, changed: apiReportChanged, problems };
}
