/** What a user may mean by a plugin's name: a folder, or one of these packages in order. */
export type Candidates = { readonly folder: string } | { readonly packages: readonly string[] };

const packagePart = /^[a-z0-9][a-z0-9._-]*$/;

/**
 * Reads the name of a plugin as `--plugin` and configuration files give it.
 * - `./x`, `../x`, `/x`, `C:\x`, `file:x` are folders.
 * - `x` is `@kdf/plugin-x`, then `kdf-plugin-x`; never the package `x`, so that a typing mistake meets no stranger.
 * - `kdf-plugin-x` and `@scope/kdf-plugin-x` are themselves.
 * - `@scope` is `@scope/kdf-plugin`; `@scope/x` is itself, then `@scope/kdf-plugin-x` (`@kdf/plugin-x` for kdf's own).
 *
 * A name that no package can have gives no candidates.
 */
export function candidateNames(name: string): Candidates {
  if (name.startsWith("file:")) return { folder: name.slice("file:".length).replace(/^\/\/(?=\/)/, "") };
  if (/^(\.{1,2}$|\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(name)) return { folder: name };

  const [scope, part, ...rest] = name.startsWith("@") ? name.slice(1).split("/") : [undefined, name];
  if (rest.length > 0 || ![scope ?? "x", part ?? "x"].every((text) => packagePart.test(text))) return { packages: [] };
  if (scope === undefined) {
    return { packages: name.startsWith("kdf-plugin-") ? [name] : [`@kdf/plugin-${name}`, `kdf-plugin-${name}`] };
  }
  if (part === undefined) return { packages: [`@${scope}/kdf-plugin`] };
  const prefix = scope === "kdf" ? "plugin-" : "kdf-plugin-";
  const isFull = part.startsWith(prefix) || part === "kdf-plugin";
  return { packages: isFull ? [name] : [name, `@${scope}/${prefix}${part}`] };
}

/** The shortest name that `candidateNames` leads back to the package. */
export function shortName(packageName: string): string {
  const own = /^(?:@kdf\/plugin-|kdf-plugin-)(.+)$/.exec(packageName);
  if (own?.[1] !== undefined) return own[1];
  const scoped = /^(@[^/]+)\/kdf-plugin(?:-(.+))?$/.exec(packageName);
  if (scoped?.[1] === undefined) return packageName;
  return scoped[2] === undefined ? scoped[1] : `${scoped[1]}/${scoped[2]}`;
}

/** Whether a package is named as kdf's plugins are. */
export const isPluginName = (packageName: string): boolean => shortName(packageName) !== packageName;
