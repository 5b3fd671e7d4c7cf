/** Why a member's name could lead out of the folder that it is unpacked to; undefined where it cannot. */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "it has no name";
  if (path.includes("\0")) return "its name has a zero byte";
  if (path.includes("\\")) return "its name has a backslash";
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "its name is an absolute path";
  if (path.split("/").includes("..")) return "its name climbs out of the folder";
  return undefined;
}
