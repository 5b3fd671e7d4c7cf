import { isKdfError, type InspectedTensor, type TeacherInspection } from "@kdf/core";
import { sha256 } from "@kdf/data";
import { describeOnnx, type OnnxDescription } from "@kdf/nn";
import { interfaceOf, type Interface } from "./model-input.js";
import { readModel } from "./open-onnx-teacher.js";
import type { TeacherOptions } from "./options.js";

/** What an .onnx file says of itself and what it lacks; the runtime is not needed. */
export async function inspectOnnx(file: string, options: TeacherOptions): Promise<TeacherInspection> {
  const bytes = await readModel(file);
  const description = describeOnnx(bytes, file);
  const { metadata } = description;
  const found = tried(description, file, options);
  const form = "problem" in found ? undefined : found;
  const classes = description.outputs.find(({ name }) => name === form?.output)?.shape?.[1];
  const missing = (["mean", "std"] as const).filter((name) => options[name] === undefined && metadata[name] === undefined);
  return {
    format: "ONNX model",
    facts: { ...(form && { layout: form.layout, "input with the images": form.input, "output with the logits": form.output }), ...metadata, sha256: sha256(bytes) },
    weights: [],
    inputs: description.inputs.map(tensorOf),
    outputs: description.outputs.map(tensorOf),
    taps: {},
    ...(typeof classes === "number" && { classes }),
    options: form === undefined ? {} : { size: form.model.size, mean: form.model.mean, std: form.model.std },
    missing,
    // What nobody says yet is no fault of the file.
    problems: "problem" in found && missing.length === 0 ? [found.problem] : [],
  };
}

function tried(description: OnnxDescription, file: string, options: TeacherOptions): Interface | { readonly problem: string } {
  try {
    return interfaceOf(description, file, options);
  } catch (error) {
    if (!isKdfError(error) || error.code !== "KDF_ONNX_UNSUITABLE") throw error;
    const { happened, fix } = error.explanation;
    return { problem: `${happened.replace(/^.*cannot serve as a teacher: /, "").replace(/[.]$/, "")}; ${fix}` };
  }
}

const types: Readonly<Record<number, string>> = { 1: "F32", 2: "U8", 3: "I8", 6: "I32", 7: "I64", 9: "BOOL", 10: "F16", 11: "F64", 16: "BF16" };

const tensorOf = ({ name, shape = [], element }: OnnxDescription["inputs"][number]): InspectedTensor => ({
  name,
  shape: shape.map((size) => (typeof size === "number" && size > 0 ? size : null)),
  dtype: types[element] ?? `ONNX type ${element}`,
});
