import { isPlugin, parseOptions } from "@kdf/core";
import { floats, multiply, readNow } from "@kdf/tensor";
import { expect, test } from "vitest";
import plugin from "./index.js";

const cpu = plugin.provides.engine!["cpu"]!;

test("the plugin provides one engine, which starts and computes", async () => {
  expect(isPlugin(plugin)).toBe(true);
  const engine = await cpu.create({}, {} as never);
  expect(await engine.start()).toMatchObject({ id: "cpu", threads: 1 });
  expect([...readNow(multiply(floats([2, 3], [2]), 4))]).toEqual([8, 12]);
});

test("it has no options", async () => {
  await expect(parseOptions(cpu.options, { threads: 2 }, "cpu")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
});
