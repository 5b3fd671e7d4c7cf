import { accessSync, constants, existsSync, statSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { InstallationFinding } from "@kdf/core";

/** One thing that was looked at, in words like those of an installation that looks at the machine. */
export type Check = InstallationFinding;

/** The oldest Node that runs kdf, and the majors that its tests run on. */
const OLDEST_NODE = [20, 19] as const;
const TESTED_NODES: readonly number[] = [20, 22, 24];
/** A quick start's process stays near 220 MB (benchmarks/results/memory.json); larger students and batches take more. */
const LEAST_MEMORY = 512e6;
/** Room for a few runs' checkpoints of a small student. */
const LEAST_SPACE = 500e6;

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const text = `Node ${version}`;
  const details = { version, tested: TESTED_NODES };
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    return { id: "node", status: "problem", text: `${text} is older than ${OLDEST_NODE.join(".")}`, fix: "install Node 20.19 or later", details };
  }
  if (TESTED_NODES.includes(major)) return { id: "node", status: "ok", text, details };
  return { id: "node", status: "note", text: `${text}; kdf's tests run on Node ${TESTED_NODES.join(", ")}`, details };
}

/** Bytes that this process may still take, and all that there are, within the limits that its container sets. */
export function memoryCheck(available: number, total: number, processors: number): Check {
  const details = { availableBytes: available, totalBytes: total, processors };
  const text = `${size(available)} of ${size(total)} memory free, ${processors === 1 ? "1 processor" : `${processors} processors`}`;
  if (available >= LEAST_MEMORY) return { id: "memory", status: "ok", text, details };
  return { id: "memory", status: "problem", text, fix: `end other programs: a small training takes up to ${size(LEAST_MEMORY)}`, details };
}

/** A folder that is made when it is needed: whether it could be, and how much room there is. */
export function folderCheck(id: string, what: string, folder: string, change: string): Check {
  const standing = nearestStanding(folder);
  const details = { folder, exists: standing === folder };
  if (!statSync(standing).isDirectory()) {
    return { id, status: "problem", text: `${what} ${folder}: ${standing} is a file`, fix: change, details };
  }
  try {
    accessSync(standing, constants.W_OK | constants.X_OK);
  } catch {
    return { id, status: "problem", text: `${what} ${folder}: ${standing} cannot be written`, fix: `chmod u+w ${standing}, or ${change}`, details };
  }
  const free = freeBytes(standing);
  const text = `${what} ${folder}${standing === folder ? "" : " (made when needed)"}: can be written, ${size(free)} free`;
  if (free >= LEAST_SPACE) return { id, status: "ok", text, details: { ...details, freeBytes: free } };
  return { id, status: "problem", text, fix: `free ${size(LEAST_SPACE)} of disk space, or ${change}`, details: { ...details, freeBytes: free } };
}

/** A folder that the user named: whether it can be read. */
export function readableCheck(id: string, what: string, folder: string): Check {
  const problem = (text: string, fix: string): Check => ({ id, status: "problem", text: `${what} ${folder}: ${text}`, fix, details: { folder } });
  if (!existsSync(folder)) return problem("does not exist", "name an existing folder with --data-dir");
  if (!statSync(folder).isDirectory()) return problem("is no folder", "name an existing folder with --data-dir");
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch {
    return problem("cannot be read", `chmod u+rx ${folder}`);
  }
  return { id, status: "ok", text: `${what} ${folder}: can be read`, details: { folder } };
}

/** The folder itself, or the nearest above it that exists. */
function nearestStanding(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestStanding(dirname(folder));
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** `1.2 GB`, `340 MB`; decimal, as disks are sold. */
export const size = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);
