import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { root, run } from "./cached.js";
import { fashionMnistFolder } from "./debian.js";

let folder: string;
beforeAll(async () => {
  folder = await fashionMnistFolder();
});

it("kdf trains on the full data set, its files checked", async () => {
  const command = [join(root, "packages/cli/bin/kdf.js"), "train", "--data-dir", folder, "--dry-run", "--json"];
  const result = JSON.parse(await run(process.execPath, command)) as object;
  expect(JSON.stringify(result)).toContain("54000");
});
