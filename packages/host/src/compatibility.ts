import Range from "semver/classes/range.js";
import minVersion from "semver/ranges/min-version.js";
import subset from "semver/ranges/subset.js";
import prerelease from "semver/functions/prerelease.js";
import satisfies from "semver/functions/satisfies.js";

/**
 * Whether a plugin's peer range on core admits the core that is installed. Each alternative of the range must stay
 * within one major version: `*` and `>=1` promise what nobody can know. While core is a pre-release, plugins for the
 * versions before it still load.
 */
export function admits(range: string | undefined, core: string): boolean {
  return range !== undefined && hasFixedMajor(range) && satisfies(core, range, { includePrerelease: prerelease(core) !== null });
}

function hasFixedMajor(text: string): boolean {
  let range: Range;
  try {
    range = new Range(text);
  } catch {
    return false;
  }
  return range.set.every((comparators) => {
    const alternative = comparators.join(" ");
    const major = minVersion(alternative)?.major;
    return major !== undefined && subset(alternative, `>=${major}.0.0-0 <${major + 1}.0.0-0`);
  });
}
