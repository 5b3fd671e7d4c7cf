import { describe, expect, it } from "vitest";
import { InstallationReporter } from "./installation-progress.js";

function reporter(columns?: number) {
  const texts: string[] = [];
  const clock = { now: 0 };
  const target = { write: (text: string) => texts.push(text), ...(columns !== undefined && { isTTY: true, columns }) };
  return { progress: new InstallationReporter(target, () => clock.now), texts, clock };
}
/** What stands on the lines in the end. */
const screen = (texts: readonly string[]): string[] => texts.join("").split("\n").map((line) => line.split("\r\u001B[K").at(-1)!);

describe("on a terminal", () => {
  it("draws a bar over itself, not more often than ten times a second, and leaves a line for each step", () => {
    const { progress, texts, clock } = reporter(80);
    progress.show({ step: "adding @tensorflow/tfjs-node" });
    progress.show({ step: "fetching tensorflow-cpu 2.21.0", bytes: 0, total: 270e6 });
    progress.show({ step: "fetching tensorflow-cpu 2.21.0", bytes: 1e6, total: 270e6 });
    expect(texts).toHaveLength(3);
    clock.now = 101;
    progress.show({ step: "fetching tensorflow-cpu 2.21.0", bytes: 135e6, total: 270e6 });
    expect(screen(texts)).toEqual(["adding @tensorflow/tfjs-node", `fetching tensorflow-cpu 2.21.0 ${"━".repeat(12)}${"╌".repeat(12)} 135 of 270 MB  50 %`]);
    progress.show({ step: "fetching tensorflow-cpu 2.21.0", bytes: 270e6, total: 270e6 });
    progress.end();
    expect(screen(texts).slice(1)).toEqual([`fetching tensorflow-cpu 2.21.0 ${"━".repeat(24)} 270 of 270 MB  100 %`, ""]);
  });

  it.each([40, 60, 80, 200])("of %d columns breaks no line", (columns) => {
    const { progress, texts } = reporter(columns);
    progress.show({ step: "a step ".repeat(20) });
    progress.show({ step: "fetching nvidia-cuda-runtime-cu12 12.9.79 (5 of 12)", bytes: 1.5e9, total: 2.8e9 });
    progress.show({ step: "fetching of an unknown length, with a name that is long enough to be cut", bytes: 1.5e9 });
    progress.show({ step: "nothing to fetch", bytes: 0, total: 0 });
    for (const line of screen(texts)) expect(line.length).toBeLessThan(Math.min(80, columns));
  });
});

it("elsewhere writes a line for each step, and no escapes", () => {
  const { progress, texts } = reporter();
  for (const bytes of [0, 1, 2]) progress.show({ step: "fetching", bytes, total: 2 });
  progress.show({ step: "compiling the addon" });
  progress.end();
  expect(texts).toEqual(["fetching\n", "compiling the addon\n"]);
});
