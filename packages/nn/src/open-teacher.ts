import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Json, Network, TeacherModel } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import { decodeSafetensors } from "./safetensors.js";
import { loadStateDict } from "./state-dict.js";
import { describeWeights, readBytes } from "./weights-file.js";

export interface TeacherSource {
  /** A weights file with metadata. */
  readonly file: string;
  createNetwork(id: string, options: Json): Network | Promise<Network>;
}

/**
 * The network that a weights file describes, with its weights, frozen. The caller owns it. Its provenance is the
 * file's name, its sha256 and what its metadata record.
 */
export async function openTeacher({ file, createNetwork }: TeacherSource): Promise<TeacherModel> {
  const bytes = await readBytes(file);
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const { network: id, options, classes, input, provenance } = describeWeights(metadata, file);
  const network = await createNetwork(id, options);
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
    provenance: { ...provenance, file: basename(file), sha256: createHash("sha256").update(bytes).digest("hex") },
    parameters: () => model.parameters(),
    forward: (images, { taps }) => model.forward(images, { training: false, taps }),
    dispose: () => model.dispose(),
  };
}
