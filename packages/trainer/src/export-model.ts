/** A trained model in the format of another tool. */
import type { Configuration, ModelDescription } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { exportOnnx } from "@kdf/nn";
import { ensureEngine } from "./engine.js";
import { openTeacherFrom } from "./open-teacher.js";

export interface ExportRequest {
  readonly container: Container;
  readonly configuration: Pick<Configuration, "engine">;
  /** Weights file, run directory (its best checkpoint) or teacher plugin. */
  readonly model: string;
}

export interface ExportedModel {
  readonly bytes: Uint8Array;
  readonly description: ModelDescription;
  /** Of the model: file, hash, data set, accuracy, … */
  readonly provenance: Readonly<Record<string, string>>;
}

/** The model as bytes of an .onnx file; its metadata name what `exportOnnx` says and where the weights come from. */
export async function exportModel({ container, configuration, model: text }: ExportRequest): Promise<ExportedModel> {
  await ensureEngine(container, configuration.engine);
  const model = await openTeacherFrom(text, container.resolve(tokens.registry));
  try {
    const { description, provenance } = model;
    return { bytes: await exportOnnx(model, exportedProvenance(provenance)), description, provenance };
  } finally {
    model.dispose();
  }
}

/** What reads the file has a file and a hash of its own to tell of. */
function exportedProvenance({ file, sha256, ...rest }: Readonly<Record<string, string>>): Record<string, string> {
  return { ...rest, ...(file !== undefined && { source: file }), ...(sha256 !== undefined && { sourceSha256: sha256 }) };
}
