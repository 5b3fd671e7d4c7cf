import type { MetricsLine, RunRecord, Tracker } from "@kdf/core";
import { RecordingLogger } from "@kdf/testing";
import { describe, expect, it } from "vitest";
import { Trackers } from "./trackers.js";

const line: MetricsLine = { type: "training", stage: "s", epoch: 0, globalStep: 1, metrics: {} };

function recording(): Tracker & { readonly calls: string[] } {
  const calls: string[] = [];
  return { calls, start: () => void calls.push("start"), log: () => void calls.push("log"), end: () => void calls.push("end") };
}

describe("Trackers", () => {
  it("leaves out one that fails, with one warning, and goes on with the others", async () => {
    const good = recording();
    const bad: Tracker = { ...recording(), log: () => Promise.reject(new Error("no network")) };
    const logger = new RecordingLogger();
    const trackers = new Trackers(new Map([["bad", bad], ["good", good]]), logger);
    await trackers.start({} as RunRecord, "runs/a");
    await trackers.log(line);
    await trackers.log(line);
    await trackers.end();
    expect(good.calls).toEqual(["start", "log", "log", "end"]);
    expect(logger.warnings).toEqual(["tracker bad failed in log (the run goes on without it): no network"]);
  });
});
