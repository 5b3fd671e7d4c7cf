import { listed, onnxUnsuitable, type ModelInput } from "@kdf/core";
import type { OnnxDescription } from "@kdf/nn";
import type { TeacherOptions } from "./options.js";

/** How a model is fed and what of it is read. */
export interface Interface {
  readonly input: string;
  readonly output: string;
  readonly layout: "NCHW" | "NHWC";
  readonly model: ModelInput;
}

/** TensorProto.DataType. */
const float32 = 1;
const mostChannels = 4;

/**
 * What the description, its metadata and the options say together. KDF_ONNX_UNSUITABLE names what does not make an
 * image classifier, or what nobody says.
 */
export function interfaceOf({ inputs, outputs, metadata }: OnnxDescription, file: string, options: Pick<TeacherOptions, "layout" | "size" | "mean" | "std" | "output">): Interface {
  const refuse = (problem: string, expected: string, fix: string): Error => onnxUnsuitable({ file, problem, expected, fix });

  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw refuse(`it has ${inputs.length === 0 ? "no input" : `the inputs ${listed(inputs.map(({ name }) => name))}`}`, "one input, a batch of images", "export a model that takes images alone");
  }
  if (input.element !== float32) throw refuse(`its input ${input.name} holds no 32-bit floats (ONNX type ${input.element})`, "float32 images", "export it for float32 images");
  const { shape } = input;
  if (shape?.length !== 4) {
    throw refuse(`its input ${input.name} has ${shape === undefined ? "no shape" : `${shape.length} dimensions`}`, "four dimensions: batch, channels, height, width in the model's order", "export a classifier of images, with the shape of its input");
  }
  const [batch] = shape;
  if (typeof batch === "number" && batch > 0) {
    throw refuse(`its input has the fixed batch size ${batch}`, "a batch dimension that is free", `export it with a dynamic batch dimension (torch.onnx.export: dynamic_axes={"${input.name}": {0: "batch"}})`);
  }

  const sizes = shape.map((size) => (typeof size === "number" && size > 0 ? size : undefined));
  const layout = layoutOf(sizes, options.layout === "auto" ? metadata["layout"] : options.layout);
  if (layout === undefined) {
    throw refuse(`its input [${shape.map((size) => size ?? "?").join(",")}] does not tell channels from pixels`, "a shape with up to four channels, or the layout by name", "say which it is: --set onnx.layout=NCHW, or NHWC");
  }
  const [channels, height, width] = layout === "NCHW" ? [sizes[1], sizes[2], sizes[3]] : [sizes[3], sizes[1], sizes[2]];
  if (channels === undefined) throw refuse("its number of channels is open", "a number", "export it with the number of its channels");
  if (height !== width) throw refuse(`its input has ${height ?? "any"} x ${width ?? "any"} pixels`, "square images", "export it for square images");
  const size = height ?? options.size ?? wholeNumber(metadata["size"]);
  if (size === undefined) throw refuse("its input has any number of pixels", "the size that it was trained with", "say it: --set onnx.size=32");
  if (options.size !== undefined && options.size !== size) throw refuse(`its input has ${size} pixels, and the option size says ${options.size}`, "one size", "leave the option out");
  const normalisation = (key: "mean" | "std"): readonly number[] => {
    const values = options[key] ?? numbers(metadata[key]);
    const example = key === "mean" ? "0.5" : "0.25";
    const fix = `say it: --set onnx.${key}=[${Array<string>(channels).fill(example).join(",")}], with the values of its training; where the model normalises by itself, ${key === "mean" ? "zeros" : "ones"}`;
    if (values === undefined) throw refuse(`nothing says the ${key} of its normalisation`, `the ${key} of each channel, in the file's metadata or as an option`, fix);
    if (values.length !== channels) throw refuse(`its ${key} has ${values.length} values for ${channels} channels`, `${channels} values`, fix);
    if (key === "std" && values.some((value) => value <= 0)) throw refuse(`its std is ${values.join(", ")}`, "numbers above zero", fix);
    return values;
  };
  const model = { size, channels, mean: normalisation("mean"), std: normalisation("std") };

  const names = outputs.map(({ name }) => name);
  const wanted = options.output ?? (names.length === 1 ? names[0] : names.find((name) => name === "logits"));
  const output = outputs.find(({ name }) => name === wanted);
  if (output === undefined) throw refuse(`it has the outputs ${listed(names)}${options.output === undefined ? "" : `, and none named ${options.output}`}`, "one output, or the name of the one with the logits", `name it: --set onnx.output=${names[0] ?? "logits"}`);
  if (output.shape !== undefined && output.shape.length !== 2) throw refuse(`its output ${output.name} is [${output.shape.map((dimension) => dimension ?? "?").join(",")}]`, "logits [B,K], a row for each image", "export a classifier, or name another output: --set onnx.output=NAME");
  return { input: input.name, output: output.name, layout, model };
}

/** By name, else by the one place where so few channels are; of equal dimensions ONNX's own order. */
function layoutOf([, second, third, fourth]: readonly (number | undefined)[], named: string | undefined): Interface["layout"] | undefined {
  if (named === "NCHW" || named === "NHWC") return named;
  const isChannels = (size: number | undefined): boolean => size !== undefined && size <= mostChannels;
  if (isChannels(second) && third === fourth) return "NCHW";
  return isChannels(fourth) && second === third ? "NHWC" : undefined;
}

function numbers(text: string | undefined): readonly number[] | undefined {
  const value = parsed(text);
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item)) ? (value as number[]) : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = parsed(text);
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
