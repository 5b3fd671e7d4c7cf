import { listed, modelMismatch, type ModelInput } from "@kdf/core";

/** All five halvings of these are exact, and what is left at the end is one to eight pixels wide. */
const sizes = [32, 64, 96, 128, 160, 192, 224, 256];

/** Refuses images that the networks do not halve evenly. */
export function demandImageSize(network: string, input: ModelInput): void {
  if (sizes.includes(input.size)) return;
  throw modelMismatch({
    what: `The network ${network} cannot be built`,
    got: `images of ${input.size} pixels`,
    expected: `one of ${listed(sizes.map(String))} pixels`,
    fix: "choose another network, or a data set of these sizes",
  });
}
