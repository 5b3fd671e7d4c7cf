import { lstatSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { scaffoldExists } from "@kdf/core";
import { findProject } from "@kdf/host";
import { demandFreeId } from "./free-id.js";
import { nextSteps } from "./next-steps.js";
import { pluginName } from "./plugin-name.js";
import { demandKind, type TemplateKind } from "./template-kinds.js";
import { writeTemplate } from "./write-template.js";

export interface PluginRequest {
  /** `augmenter`, `distiller`, `metric`, `dataset` or `network`. */
  readonly kind: string;
  readonly id: string;
  /** Of npm, with or without the @. */
  readonly scope?: string;
  /** Folder to make; that of the package's name unless given. */
  readonly directory?: string;
  /** Folder that relative paths start from, and in whose project the id must be free. */
  readonly from: string;
}

export interface CreatedPlugin {
  readonly kind: TemplateKind;
  readonly id: string;
  readonly package: string;
  /** Absolute. */
  readonly directory: string;
  /** In that folder, sorted. */
  readonly files: readonly string[];
  /** Commands to type next, from `from`. */
  readonly next: readonly string[];
}

/**
 * Writes a new plugin package, with tests that pass. Throws, with nothing written: KDF_SCAFFOLD_KIND_UNKNOWN,
 * KDF_SCAFFOLD_NAME_INVALID, KDF_SCAFFOLD_ID_TAKEN, KDF_SCAFFOLD_EXISTS, KDF_SCAFFOLD_UNWRITABLE.
 */
export function createPlugin({ kind, id, scope, directory, from }: PluginRequest): CreatedPlugin {
  const template = demandKind(kind);
  const name = pluginName(id, scope);
  demandFreeId(template, name, findProject(from));
  const target = resolve(from, directory ?? name.folder);
  const shown = relative(from, target) || ".";
  if (exists(target)) throw scaffoldExists({ directory: shown });
  const files = writeTemplate(["shared", template], target, {
    "package-name": name.package,
    "plugin-id": id,
    PluginId: name.className,
    "kdf-version": version(),
  });
  return { kind: template, id, package: name.package, directory: target, files, next: nextSteps(template, id, shown) };
}

/** Anything, be it a link that leads nowhere. */
function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** For people: what was made, and the next three commands. */
export function createdText({ package: name, kind, next }: CreatedPlugin): string {
  const article = kind === "augmenter" ? "an" : "a";
  return [`Made ${name}: ${article} ${kind} that works, with its tests. Next:`, "", ...next.map((step) => `  ${step}`)].join("\n");
}

/** Of this package, which has the version of all of kdf's rooms. */
export function version(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
