import { teacherUnsuitable, type ModelInput } from "@kdf/core";
import type { InputOptions } from "./options.js";

export type Layout = "NCHW" | "NHWC";

/** How a classifier is fed. */
export interface ImageInput extends ModelInput {
  readonly layout: Layout;
}

/** What is asked for an input. */
export interface InputQuestion {
  readonly file: string;
  /** Id of the teacher, which the options of the way out begin with. */
  readonly teacher: string;
  readonly name: string;
  /** null where a dimension is open; undefined where the file does not say. */
  readonly shape: readonly (number | null)[] | undefined;
  /** TensorFlow's name of the type. */
  readonly dtype: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly options: InputOptions;
}

const mostChannels = 4;

/** Options that opening needs and that neither the options given nor the metadata say. */
export function missingOf({ shape, metadata, options }: InputQuestion): string[] {
  const isOpen = shape === undefined || shape.length !== 4 || shape.slice(1, 3).includes(null) || shape[2] === null;
  return [
    ...(isOpen && options.size === undefined && wholeNumber(metadata["size"]) === undefined ? ["size"] : []),
    ...(["mean", "std"] as const).filter((name) => options[name] === undefined && numbers(metadata[name]) === undefined),
  ];
}

/** What shape, metadata and options say together. KDF_TEACHER_UNSUITABLE names what makes no classifier of images, or what nobody says. */
export function imageInput({ file, teacher, name, shape, dtype, metadata, options }: InputQuestion): ImageInput {
  const refuse = (problem: string, expected: string, fix: string): Error => teacherUnsuitable({ file, problem, expected, fix });
  if (!/^(float32|DT_FLOAT)$/.test(dtype)) throw refuse(`its input ${name} holds ${dtype}`, "float32 images", "export it for float32 images");
  if (shape === undefined) throw refuse(`its input ${name} has no shape`, "four dimensions", "export it with the shape of its input");
  if (shape.length !== 4) throw refuse(`its input ${name} has ${shape.length} dimensions`, "four dimensions: batch, height, width, channels in the model's order", "export a classifier of images");
  if (shape[0] !== null) throw refuse(`its input has the fixed batch size ${shape[0]}`, "a batch dimension that is free", "export it without a batch size");
  const said = options.layout === "auto" ? metadata["layout"] : options.layout;
  const layout = said === "NCHW" || said === "NHWC" ? said : layoutOf(shape);
  if (layout === undefined) throw refuse(`its input [${shape.map((length) => length ?? "?").join(",")}] does not tell channels from pixels`, "a shape with up to four channels, or the layout by name", `say which it is: --set ${teacher}.layout=NHWC, or NCHW`);
  const [channels, height, width] = layout === "NCHW" ? [shape[1], shape[2], shape[3]] : [shape[3], shape[1], shape[2]];
  if (typeof channels !== "number") throw refuse("its number of channels is open", "a number", "export it with the number of its channels");
  if (height !== width) throw refuse(`its input has ${height ?? "any"} x ${width ?? "any"} pixels`, "square images", "export it for square images");
  const size = height ?? options.size ?? wholeNumber(metadata["size"]);
  if (size === undefined) throw refuse("its input has any number of pixels", "the size that it was trained with", `say it: --set ${teacher}.size=32`);
  if (options.size !== undefined && options.size !== size) throw refuse(`its input has ${size} pixels, and the option size says ${options.size}`, "one size", "leave the option out");
  const normalisation = (key: "mean" | "std"): readonly number[] => {
    const values = options[key] ?? numbers(metadata[key]);
    const example = Array<string>(channels).fill(key === "mean" ? "0.5" : "0.25").join(",");
    const alone = key === "mean" ? "zeros where it normalises by itself" : "ones where it normalises by itself, 1/255 where it takes pixels from 0 to 255";
    const fix = `say it: --set ${teacher}.${key}=[${example}], with the values of its training; ${alone}`;
    if (values === undefined) throw refuse(`nothing says the ${key} of its normalisation`, `the ${key} of each channel, in the metadata or as an option`, fix);
    if (values.length !== channels) throw refuse(`its ${key} has ${values.length} values for ${channels} channels`, `${channels} values`, fix);
    return values;
  };
  return { layout, size, channels, mean: normalisation("mean"), std: normalisation("std") };
}

/** By the one place where so few channels are; of equal dimensions TensorFlow's own order. */
function layoutOf([, second, third, fourth]: readonly (number | null)[]): Layout | undefined {
  const isChannels = (size: number | null | undefined): boolean => typeof size === "number" && size <= mostChannels;
  if (isChannels(fourth) && second === third) return "NHWC";
  return isChannels(second) && third === fourth ? "NCHW" : undefined;
}

const numbers = (value: unknown): readonly number[] | undefined => (Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item)) ? (value as number[]) : undefined);
const wholeNumber = (value: unknown): number | undefined => (Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined);
