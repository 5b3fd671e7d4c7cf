import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root, run } from "../external/cached.js";
import { newerReleases, nodeRelease } from "../external/node-release.js";

const command = join(root, "packages/cli/bin/kdf.js");

describe.each(newerReleases)("on Node %s", (release) => {
  let node: string;
  const kdf = (...parameters: string[]): Promise<string> => run(node, [command, ...parameters]);

  beforeAll(async () => {
    node = await nodeRelease(release);
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
