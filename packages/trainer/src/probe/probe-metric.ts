import { isKdfError, type ExtensionRegistry, type Json, type StepObservation } from "@kdf/core";
import { feed, resultsOf } from "../metric-feed.js";
import { ProbeInputs } from "./inputs.js";

const form = "[S,B,K]";

/**
 * Feeds a metric with recorded outputs: `steps.<view>.<role>.logits` [S,B,K], and `steps.labels` [S,B] where it reads
 * labels. What the metric reads and the file lacks is KDF_PROBE_INPUT_INVALID.
 */
export async function probeMetric(
  registry: ExtensionRegistry,
  id: string,
  inputsFile: string,
): Promise<{ readonly result: Readonly<Record<string, Json>> }> {
  const metrics = [{ id, metric: await registry.create("metric", id) }];
  const inputs = new ProbeInputs(inputsFile);
  const recorded = recordedSteps(inputs);
  const first = recorded[0];
  if (first === undefined) throw inputs.invalid("it has no steps", `steps.<view>.<role>.logits ${form}`);
  const missing = metrics[0]!.metric.reads.find((role) => recorded.every((steps) => steps.role !== role));
  if (missing !== undefined) throw inputs.invalid(`it has no outputs of the ${missing}`, `steps.<view>.${missing}.logits ${form}`);
  const [steps, rows] = inputs.get(first.name, form).shape as [number, number, number];
  const labels = readLabels(inputs, first.name, steps, rows);
  inputs.commonRows(recorded.map(({ name }) => name));

  for (let step = 0; step < steps; step += 1) {
    const views: Record<string, { teacher?: { logits: Matrix }; student?: { logits: Matrix } }> = {};
    for (const { name, view, role } of recorded) {
      const { shape, data } = inputs.get(name, form);
      const [, viewRows, columns] = shape as [number, number, number];
      const size = viewRows * columns;
      const values = Float32Array.from((data as Float32Array).subarray(step * size, (step + 1) * size));
      views[view] = { ...views[view], [role]: { logits: { rows: viewRows, columns, data: values } } };
    }
    const observation: StepObservation = {
      views,
      get labels() {
        if (labels === undefined) throw inputs.invalid("it has no steps.labels, which the metric reads", "steps.labels [S,B]");
        return labels.slice(step * rows, (step + 1) * rows);
      },
      indices: Int32Array.from({ length: rows }, (_, row) => step * rows + row),
      epoch: 0,
      step,
    };
    observe(inputs, () => feed(metrics, observation));
  }
  return { result: resultsOf(metrics) };
}

type Matrix = NonNullable<NonNullable<StepObservation["views"][string]>["teacher"]>["logits"];

interface RecordedSteps {
  readonly name: string;
  readonly view: string;
  readonly role: "teacher" | "student";
}

function recordedSteps(inputs: ProbeInputs): RecordedSteps[] {
  return [...inputs.arrays.keys()].flatMap((name) => {
    const match = /^steps\.([^.]+)\.(teacher|student)\.logits$/.exec(name);
    return match === null ? [] : [{ name, view: match[1]!, role: match[2] as "teacher" | "student" }];
  });
}

function readLabels(inputs: ProbeInputs, logits: string, steps: number, rows: number): Int32Array | undefined {
  if (!inputs.has("steps.labels")) return undefined;
  const { shape } = inputs.get("steps.labels", "[S,B]");
  if (shape[0] !== steps || shape[1] !== rows) {
    throw inputs.invalid(`steps.labels has the shape [${shape.join(",")}]`, `[${steps},${rows}], as ${logits} has it`);
  }
  return inputs.numbers("steps.labels", "[S,B]");
}

/** What a metric finds missing in a step is missing in the file. */
function observe(inputs: ProbeInputs, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!isKdfError(error) || error.code !== "KDF_OBSERVATION_INCOMPLETE") throw error;
    throw inputs.invalid(error.explanation.happened.replace(/\.$/, ""), error.explanation.expected);
  }
}
