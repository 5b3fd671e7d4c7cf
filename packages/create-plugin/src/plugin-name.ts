import { scaffoldNameInvalid } from "@kdf/core";

/** Of an id and of a scope: npm takes 214 characters for both and what stands between. */
const longest = 100;

export interface PluginName {
  readonly id: string;
  /** `kdf-plugin-ID`, or `@scope/kdf-plugin-ID`. */
  readonly package: string;
  /** The package's name without its scope: that of its folder. */
  readonly folder: string;
  /** What classes are named by: `grey-world` is `GreyWorld`. */
  readonly className: string;
}

/** Throws KDF_SCAFFOLD_NAME_INVALID for an id or a scope that manifests or npm do not allow. */
export function pluginName(id: string, scope?: string): PluginName {
  const problem = idProblem(id);
  if (problem !== undefined) {
    const expected = `lower-case letters, digits, dots, hyphens and underscores, the first a letter or a digit, at most ${longest}`;
    throw scaffoldNameInvalid({ what: "id", name: id, problem, expected, instead: mended(id, (text) => idProblem(text) === undefined) });
  }
  const folder = `kdf-plugin-${id}`;
  if (scope === undefined) return { id, package: folder, folder, className: classNameOf(id) };

  const bare = scope.replace(/^@/, "");
  if (bare === "kdf" || !isPackagePart(bare)) {
    throw scaffoldNameInvalid({
      what: "scope",
      name: scope,
      problem: bare === "kdf" ? "it is kdf's own" : "npm knows no such scope",
      expected: "the name of your organisation or account at npm, for example @acme",
      instead: bare === "kdf" ? undefined : mended(bare, isPackagePart, "@"),
    });
  }
  return { id, package: `@${bare}/${folder}`, folder, className: classNameOf(id) };
}

const isPackagePart = (text: string): boolean => text.length <= longest && /^[a-z0-9][a-z0-9._-]*$/.test(text);

function idProblem(id: string): string | undefined {
  if (id === "") return "it is empty";
  if (/[A-Z]/.test(id)) return "it has a capital letter";
  if (!/^[a-z0-9]/.test(id)) return `it begins with ${JSON.stringify(id[0])}`;
  const stranger = /[^a-z0-9._-]/.exec(id)?.[0];
  if (stranger !== undefined) return `it holds ${JSON.stringify(stranger)}`;
  if (id === "index") return "src/index.ts is the file that exports the plugin";
  if (id.endsWith(".test")) return "its file would be taken for a test";
  if (id.length > longest) return `it is ${id.length} characters long`;
  return undefined;
}

/** The name with what does not belong replaced, if that makes a good one. */
function mended(name: string, isGood: (text: string) => boolean, before = ""): string | undefined {
  const text = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return text !== name && isGood(text) ? before + text : undefined;
}

function classNameOf(id: string): string {
  const name = id.replace(/(?:^|[._-]+)([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
  return /^\d/.test(name) ? `_${name}` : name;
}
