import { basename } from "node:path";
import type { TeacherModel } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import { loadStateDict } from "./state-dict.js";
import { describeWeights } from "./weights-file.js";
import { demandWhole, identifyWeights, type GivenWeights, type NetworkSource } from "./weights/identify-weights.js";
import { readWeights } from "./weights/read-weights.js";

export interface TeacherSource extends NetworkSource {
  /** A weights file: safetensors, or a checkpoint of PyTorch. */
  readonly file: string;
  /** What is said of it, over its metadata. Without this the metadata must say all. */
  readonly given?: GivenWeights;
  /** The entry of a PyTorch file that is the state dict, where it is none of the usual ones. */
  readonly key?: string;
}

/**
 * The network of a weights file, with its weights, frozen. The caller owns it. Its provenance is the file's name, its
 * sha256 and what its metadata record.
 */
export async function openTeacher({ file, given, key, ...source }: TeacherSource): Promise<TeacherModel> {
  const weights = await readWeights(file, key);
  const { metadata, tensors, sha256 } = weights;
  const identified = given === undefined ? undefined : await identifyWeights(weights, given, source);
  const { network: id, options, input, classes, provenance } =
    identified === undefined
      ? describeWeights(metadata, file)
      : { ...demandWhole(file, identified, (given?.network ?? metadata["network"]) !== undefined), provenance: { ...identified.provenance, ...weights.beside } };
  const network = await source.createNetwork(id, options);
  // What is drawn here is overwritten at once.
  const model = network.build({ input, classes }, createStreams(0).at("overwritten"));
  try {
    loadStateDict(model, tensors, file);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return {
    description: model.description,
    provenance: { ...provenance, file: basename(file), sha256 },
    parameters: () => model.parameters(),
    forward: (images, { taps }) => model.forward(images, { training: false, taps }),
    dispose: () => model.dispose(),
  };
}
