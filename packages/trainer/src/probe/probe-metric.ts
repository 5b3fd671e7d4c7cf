import type { ExtensionRegistry, Json, StepObservation } from "@kdf/core";
import { callHook } from "../hook.js";
import { ProbeInputs } from "./inputs.js";

const form = "[S,B,K]";

/**
 * Feeds a metric with recorded outputs: `steps.<view>.<role>.logits` [S,B,K], and `steps.labels` [S,B] where it reads
 * labels.
 */
export async function probeMetric(
  registry: ExtensionRegistry,
  id: string,
  inputsFile: string,
): Promise<{ readonly result: Readonly<Record<string, Json>> }> {
  const metric = await registry.create("metric", id);
  const inputs = new ProbeInputs(inputsFile);
  const recorded = [...inputs.arrays.keys()].flatMap((name) => {
    const match = /^steps\.([^.]+)\.(teacher|student)\.logits$/.exec(name);
    return match === null ? [] : [{ name, view: match[1]!, role: match[2] as "teacher" | "student" }];
  });
  const first = recorded[0];
  if (first === undefined) throw inputs.invalid("it has no steps", `steps.<view>.<role>.logits ${form}`);
  const [steps, rows] = inputs.get(first.name, form).shape as [number, number, number];
  const labels = inputs.has("steps.labels") ? inputs.numbers("steps.labels", "[S,B]") : new Int32Array(steps * rows);

  for (let step = 0; step < steps; step += 1) {
    const views: Record<string, { teacher?: { logits: Matrix }; student?: { logits: Matrix } }> = {};
    for (const { name, view, role } of recorded) {
      const { shape, data } = inputs.get(name, form);
      const [count, viewRows, columns] = shape as [number, number, number];
      if (count !== steps) throw inputs.invalid(`${name} has ${count} steps, ${first.name} has ${steps}`, "the same steps everywhere");
      const size = viewRows * columns;
      const values = Float32Array.from((data as Float32Array).subarray(step * size, (step + 1) * size));
      views[view] = { ...views[view], [role]: { logits: { rows: viewRows, columns, data: values } } };
    }
    const observation: StepObservation = {
      views,
      labels: labels.slice(step * rows, (step + 1) * rows),
      indices: Int32Array.from({ length: rows }, (_, row) => step * rows + row),
      epoch: 0,
      step,
    };
    callHook({ plugin: `metric ${id}`, hook: "observe", where: `recorded step ${step + 1}` }, () => metric.observe(observation));
  }
  return { result: metric.result() };
}

type Matrix = NonNullable<NonNullable<StepObservation["views"][string]>["teacher"]>["logits"];
