import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { commandBlock } from "./command-block.js";

const augmenters = "crop-flip,cutmix,cutmixpick,cutout,flip,identity,mixup";
const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

it("leaves alone what fits", () => {
  expect(commandBlock(["npx", "kdf", "rank", "--augmenters", "a,b"], 80, "next: ")).toBe("next: npx kdf rank --augmenters a,b");
});

it("breaks before options, and keeps an option with its value", () => {
  expect(commandBlock(["npx", "kdf", "rank", "--config", "runs/x-1/config.yaml", "--augmenters", augmenters], 80, "next: ")).toBe(
    [`next: npx kdf rank --config runs/x-1/config.yaml \\`, `        --augmenters ${augmenters}`].join("\n"),
  );
});

it.each([80, 60, 40, 10])("is the same command to a shell, within %d columns where words allow it", (columns) => {
  const words = ["printf", "%s\\n", "--no-teacher", "--set", "'a b'", "--augmenters", "one,two", "runs/x-1", "--data-dir", "'it'\\''s'"].map((word) => (word === "%s\\n" ? "'%s\\n'" : word));
  const block = commandBlock(words, columns);
  const run = (script: string): string => execFileSync("sh", ["-c", script], { encoding: "utf8" });
  expect(run(block)).toBe(run(words.join(" ")));
  if (columns >= 40) expect(widest(block)).toBeLessThanOrEqual(columns);
});
