import { isKdfError, type Model, type Network, type RandomStream } from "@kdf/core";
import type { StoredArray } from "../safetensors.js";
import { stateDictProblems } from "../state-dict.js";

/** How a state dict goes with a network. */
export interface Fit {
  readonly network: string;
  readonly classes: number;
  readonly channels: number;
  /** What is missing, unexpected or of another shape; none where it fits. */
  readonly problems: readonly string[];
}

/** Weights do not depend on the size of the images, and every network takes one of these. */
const sizes = [32, 224, 64, 28];
const mostChannels = 4;

/**
 * How the tensors go with a network, for those numbers of classes and channels with which they go best. undefined where
 * the network takes images of none of the usual sizes. Builds it; leaves no tensor behind.
 * @param size of the images in pixels, where it is known
 */
export function fitNetwork(id: string, network: Network, tensors: ReadonlyMap<string, StoredArray>, size?: number): Fit | undefined {
  let best: Fit | undefined;
  for (const channels of channelsOf(tensors)) {
    for (const classes of classesOf(tensors)) {
      const model = build(network, channels, classes, size === undefined ? sizes : [size]);
      if (model === undefined) return undefined;
      try {
        const problems = [...stateDictProblems(model, tensors)];
        if (best === undefined || problems.length < best.problems.length) best = { network: id, classes, channels, problems };
      } finally {
        model.dispose();
      }
      if (best.problems.length === 0) return best;
    }
  }
  return best;
}

function build(network: Network, channels: number, classes: number, candidates: readonly number[]): Model | undefined {
  const one = Array<number>(channels).fill(1);
  for (const size of candidates) {
    try {
      return network.build({ input: { size, channels, mean: one, std: one }, classes }, still);
    } catch (error) {
      if (!isKdfError(error)) throw error;
    }
  }
  return undefined;
}

/** A matrix [K,in] ends a classifier of K classes; the last is the likeliest. */
function classesOf(tensors: ReadonlyMap<string, StoredArray>): number[] {
  const rows = [...tensors.values()].filter(({ shape }) => shape.length === 2).map(({ shape }) => shape[0]!);
  return rows.length === 0 ? [10] : [...new Set(rows.reverse())];
}

/** The first filter [out,C,k,k] sees the images; a depthwise one has one input too. */
function channelsOf(tensors: ReadonlyMap<string, StoredArray>): number[] {
  const inputs = [...tensors.values()].filter(({ shape }) => shape.length === 4 && shape[1]! <= mostChannels).map(({ shape }) => shape[1]!);
  return inputs.length === 0 ? [3] : [...new Set(inputs)].sort((a, b) => b - a);
}

/** Draws nothing: what it would have drawn is never looked at. */
const still: RandomStream = {
  uniform: () => 0.5,
  integer: () => 0,
  normal: () => 0,
  beta: () => 0.5,
  permutation: (length) => Array.from({ length }, (_, place) => place),
  choose: (_, count) => Array.from({ length: count }, (_each, place) => place),
};
