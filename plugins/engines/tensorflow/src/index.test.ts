import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformance } from "@kdf/testing";
import { afterAll, expect, test } from "vitest";
import plugin from "./index.js";

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);

const cacheDirectory = mkdtempSync(join(tmpdir(), "kdf-tensorflow-"));
afterAll(() => rmSync(cacheDirectory, { recursive: true }));

test("without its libraries it is refused, with the command that brings them, and writes nothing", async () => {
  const definition = plugin.provides.engine!["tensorflow"]!;
  const engine = await definition.create((definition.options as unknown as { parse(value: unknown): object }).parse({}), { cacheDirectory } as never);
  await expect(engine.start()).rejects.toMatchObject({
    code: "KDF_ENGINE_NOT_INSTALLED",
    explanation: { happened: expect.stringContaining("tensorflow") as string, fix: expect.stringContaining("npx kdf engine install tensorflow") as string },
  });
  expect(readdirSync(cacheDirectory)).toEqual([]);
});
