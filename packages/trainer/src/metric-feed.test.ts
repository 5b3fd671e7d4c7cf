import type { Metric, Stage, Views } from "@kdf/core";
import { disposeAll, floats, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { observeStep } from "./metric-feed.js";

beforeAll(startReferenceEngine);

it.each([
  { name: "both models", roles: undefined, expected: ["teacher", "student", "teacher,student"] },
  { name: "the teacher alone", roles: ["teacher"] as const, expected: ["teacher"] },
  { name: "the student alone", roles: ["student"] as const, expected: ["student"] },
])("a step of a stage that forwards $name is shown to the metrics that read no other", async ({ roles, expected }) => {
  const stage: Stage = { id: "any", trains: ["student"], views: ["original"], losses: ["any"], ...(roles && { roles }) };
  const shown: string[] = [];
  const metrics = ([["teacher"], ["student"], ["teacher", "student"]] as const).map((reads): { id: string; metric: Metric } => ({
    id: reads.join(),
    metric: {
      phases: ["training"], span: "run", primary: { key: "any", better: "lower" }, reads,
      observe: ({ views }) => void (reads.every((role) => views["original"]?.[role] !== undefined) && shown.push(reads.join())),
      result: () => ({}),
    },
  }));
  const outputs = (): { logits: ReturnType<typeof floats>; taps: object } => ({ logits: floats([1, 2], [1, 2]), taps: {} });
  const original = { ...(roles?.[0] !== "student" && { teacher: outputs() }), ...(roles?.[0] !== "teacher" && { student: outputs() }) };
  const host = { size: 1, height: 1, width: 1, channels: 1, mean: [0], std: [1], images: new Float32Array(1), labels: new Int32Array(1), indices: new Int32Array(1) };
  await observeStep(metrics, { original } as Views, host, { stage, epoch: 0, step: 0 });
  expect(shown).toEqual(expected);
  disposeAll(original as never);
});
