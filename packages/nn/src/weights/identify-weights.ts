import { weightsMismatch, weightsNetworkUnknown, weightsNoMetadata, type Json, type ModelInput, type Network } from "@kdf/core";
import { describedParts, type WeightsParts } from "../weights-file.js";
import { fitNetwork, type Fit } from "./fit-network.js";
import type { StoredWeights } from "./read-weights.js";

/** What a person says of a weights file, over what its metadata say. */
export interface GivenWeights {
  readonly network?: string;
  readonly options?: Json;
  /** Height and width of its images in pixels. */
  readonly size?: number;
  /** Per channel, for pixels in [0, 1]. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** Networks that may be asked for. */
export interface NetworkSource {
  createNetwork(id: string, options: Json): Network | Promise<Network>;
  /** Those that are tried where none is named. */
  readonly networks?: readonly string[];
}

/** What is known of weights, before they are loaded. */
export interface IdentifiedWeights {
  /** How each network goes with them that was tried: the one named, or all whose weights these may be, the best first. */
  readonly fits: readonly Fit[];
  readonly options: Json;
  readonly input: Partial<Pick<ModelInput, "size" | "mean" | "std">>;
  /** What else the metadata record. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** Looks which network the weights are of. An engine runs. */
export async function identifyWeights({ tensors, metadata }: StoredWeights, given: GivenWeights, { createNetwork, networks = [] }: NetworkSource): Promise<IdentifiedWeights> {
  const { provenance, ...said } = describedParts(metadata);
  const known: Omit<WeightsParts, "provenance"> = { ...said, ...given };
  const options = known.options ?? {};
  const named = known.network === undefined ? networks : [known.network];
  const fits: Fit[] = [];
  for (const id of named) {
    const fit = fitNetwork(id, await createNetwork(id, options), tensors, known.network === undefined ? undefined : known.size);
    if (fit !== undefined) fits.push(fit);
  }
  fits.sort((a, b) => a.problems.length - b.problems.length);
  const { size, mean, std } = known;
  return { fits, options, input: { ...(size !== undefined && { size }), ...(mean && { mean }), ...(std && { std }) }, provenance };
}

/** Weights of which all is known that opening them takes. */
export interface WholeWeights {
  readonly network: string;
  readonly options: Json;
  readonly input: ModelInput;
  readonly classes: number;
}

/**
 * The one network that fits, and how it is fed.
 * @throws KDF_WEIGHTS_MISMATCH where the network that is named does not fit, KDF_WEIGHTS_NETWORK_UNKNOWN where none is
 *   named and none or several fit, KDF_WEIGHTS_NO_METADATA where nobody says how it is fed
 */
export function demandWhole(file: string, { fits, options, input }: IdentifiedWeights, isNamed: boolean): WholeWeights {
  const [fit, ...others] = fits.filter(({ problems }) => problems.length === 0);
  if (fit === undefined || others.length > 0) {
    const [closest] = fits;
    if (isNamed && closest !== undefined) throw weightsMismatch({ file, network: closest.network, problems: closest.problems });
    throw weightsNetworkUnknown({ file, fitting: fit === undefined ? [] : [fit, ...others].map(({ network }) => network), closest });
  }
  const { network, channels, classes } = fit;
  const missing = [
    ...(input.size === undefined ? ["size"] : []),
    ...(["mean", "std"] as const).filter((name) => input[name]?.length !== channels).map((name) => (input[name] === undefined ? name : `${name} of ${channels} channels`)),
  ];
  if (missing.length > 0) throw weightsNoMetadata({ file, missing });
  return { network, options, classes, input: { ...(input as Required<typeof input>), channels } };
}
