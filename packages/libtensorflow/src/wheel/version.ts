/** A release of a Python project: numbers, and an optional number after `.post`. */
const release = /^v?(\d+(?:\.\d+)*)(?:\.post(\d+))?$/;

/** The numbers of a version that is no pre-release, with that of `.post` apart; undefined for any other. */
function numbers(version: string): { readonly parts: readonly number[]; readonly post: number } | undefined {
  const [, parts, post] = release.exec(version.trim()) ?? [];
  return parts === undefined ? undefined : { parts: parts.split(".").map(Number), post: post === undefined ? -1 : Number(post) };
}

/** < 0, 0 or > 0; a version that is no release comes before all. Missing numbers are 0: 1.2 equals 1.2.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  for (let at = 0; at < Math.max(left.parts.length, right.parts.length); at += 1) {
    const difference = (left.parts[at] ?? 0) - (right.parts[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.post - right.post;
}

/**
 * Whether a release is one that a specifier such as `>=12.5,<13` admits. Pre-releases, and what the specifier says in
 * words that are not known here, are not.
 * https://packaging.python.org/en/latest/specifications/version-specifiers/
 */
export function satisfies(version: string, specifier: string): boolean {
  if (numbers(version) === undefined) return false;
  return specifier.split(",").filter((clause) => clause.trim() !== "").every((clause) => {
    const [, operator, wanted] = /^\s*(~=|===?|!=|<=|>=|<|>)\s*(\S+)\s*$/.exec(clause) ?? [];
    if (operator === undefined || wanted === undefined) return false;
    const isPrefix = wanted.endsWith(".*");
    const matches = isPrefix ? startsWith(version, wanted.slice(0, -2)) : compareVersions(version, wanted) === 0;
    switch (operator) {
      case "==":
      case "===":
        return matches;
      case "!=":
        return !matches;
      case "~=":
        return compareVersions(version, wanted) >= 0 && startsWith(version, wanted.split(".").slice(0, -1).join("."));
      case "<=":
        return compareVersions(version, wanted) <= 0;
      case ">=":
        return compareVersions(version, wanted) >= 0;
      case "<":
        return compareVersions(version, wanted) < 0;
      default:
        return compareVersions(version, wanted) > 0;
    }
  });
}

function startsWith(version: string, prefix: string): boolean {
  const [whole, beginning] = [numbers(version), numbers(prefix)];
  return whole !== undefined && beginning !== undefined && beginning.parts.every((part, at) => (whole.parts[at] ?? 0) === part);
}
