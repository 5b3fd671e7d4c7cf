import { readFile } from "node:fs/promises";
import { weightsNoMetadata, weightsUnreadable, type Json, type Model, type ModelInput } from "@kdf/core";
import { encodeSafetensors } from "./safetensors.js";
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

/** What the metadata say; KDF_WEIGHTS_NO_METADATA names what they do not. */
export function describeWeights(metadata: Readonly<Record<string, string>>, file: string): WeightsDescription {
  const { network, options, classes, size, channels, mean, std, ...provenance } = metadata;
  const parsed = {
    network,
    options: parse(options),
    classes: positive(parse(classes)),
    size: positive(parse(size)),
    channels: positive(parse(channels)),
    mean: perChannel(parse(mean), parse(channels)),
    std: perChannel(parse(std), parse(channels)),
  };
  const missing = Object.entries(parsed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) throw weightsNoMetadata({ file, missing });
  const known = parsed as { [Key in keyof typeof parsed]-?: NonNullable<(typeof parsed)[Key]> };
  return {
    network: known.network,
    options: known.options,
    classes: known.classes,
    input: { size: known.size, channels: known.channels, mean: known.mean, std: known.std },
    provenance,
  };
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
