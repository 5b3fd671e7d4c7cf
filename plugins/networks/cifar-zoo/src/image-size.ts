import { modelMismatch, type ModelInput } from "@kdf/core";

const sizes = [28, 32, 64];

/** Refuses images that the networks were not made for. */
export function demandImageSize(network: string, input: ModelInput): void {
  if (sizes.includes(input.size)) return;
  throw modelMismatch({
    what: `The network ${network} cannot be built`,
    got: `images of ${input.size} pixels`,
    expected: "28, 32 or 64 pixels",
    fix: "choose another network, or a data set of these sizes",
  });
}

/** Size of a map after a 3x3 convolution of stride 2 with one zero on each side. */
export const halved = (size: number): number => Math.ceil(size / 2);
