import { readFile } from "node:fs/promises";
import { isKdfError, weightsNoMetadata, weightsUnreadable, type Json, type Model, type ModelInput } from "@kdf/core";
import { encodeSafetensors, readMetadata } from "./safetensors.js";
import { stateDict } from "./state-dict.js";

/** What a weights file says of itself: enough to build its network again. */
export interface WeightsDescription {
  readonly network: string;
  /** The network's options. */
  readonly options: Json;
  readonly classes: number;
  readonly input: ModelInput;
  /** What else is recorded: data set, seed, accuracy, … */
  readonly provenance: Readonly<Record<string, string>>;
}

/**
 * A model's weights with what is needed to build it again. `metadata` is what else should be recorded; its entry
 * `options` holds the network's options as JSON, `{}` unless given.
 */
export async function encodeWeights(model: Model, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { network, classes, input } = model.description;
  return encodeSafetensors(await stateDict(model), {
    options: "{}",
    ...metadata,
    network,
    classes: String(classes),
    ...inputMetadata(input),
  });
}

/** How a model is fed, as metadata of a file: each text is JSON. */
export const inputMetadata = ({ size, channels, mean, std }: ModelInput): Record<string, string> => ({
  size: String(size),
  channels: String(channels),
  mean: JSON.stringify(mean),
  std: JSON.stringify(std),
});

/** The bytes of a weights file; KDF_WEIGHTS_UNREADABLE where there is none. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw weightsUnreadable({ file, problem: (error as Error).message }, { cause: error });
  }
}

/** Whether a safetensors file's metadata say all that building its network takes; also true of what is no such file. Reads its header alone. */
export async function describesItself(file: string): Promise<boolean> {
  try {
    describeWeights(await readMetadata(file), file);
    return true;
  } catch (error) {
    return !(isKdfError(error) && error.code === "KDF_WEIGHTS_NO_METADATA");
  }
}

/** What metadata say of weights, as far as they do. */
export interface WeightsParts {
  readonly network?: string;
  readonly options?: Json;
  readonly classes?: number;
  readonly size?: number;
  readonly channels?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly provenance: Readonly<Record<string, string>>;
}

/** What the metadata say; what they leave out, or say in another form, is absent. */
export function describedParts({ network, options, classes, size, channels, mean, std, ...provenance }: Readonly<Record<string, string>>): WeightsParts {
  const parts = {
    network,
    options: parse(options),
    classes: positive(parse(classes)),
    size: positive(parse(size)),
    channels: positive(parse(channels)),
    mean: perChannel(parse(mean), parse(channels)),
    std: perChannel(parse(std), parse(channels)),
  };
  return { ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)), provenance };
}

/** What the metadata say; KDF_WEIGHTS_NO_METADATA names what they do not. */
export function describeWeights(metadata: Readonly<Record<string, string>>, file: string): WeightsDescription {
  const { provenance, ...parts } = describedParts(metadata);
  const missing = (["network", "options", "classes", "size", "channels", "mean", "std"] as const).filter((name) => parts[name] === undefined);
  if (missing.length > 0) throw weightsNoMetadata({ file, missing });
  const { network, options, classes, ...input } = parts as Required<typeof parts>;
  return { network, options, classes, input, provenance };
}

function parse(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const positive = (value: Json | undefined): number | undefined =>
  Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;

const perChannel = (value: Json | undefined, channels: Json | undefined): number[] | undefined =>
  Array.isArray(value) && value.length === channels && value.every((entry) => typeof entry === "number")
    ? (value as number[])
    : undefined;
