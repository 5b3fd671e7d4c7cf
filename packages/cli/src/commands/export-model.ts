import { basename, extname } from "node:path";
import { commandLineInvalid } from "@kdf/core";
import { composeHost } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { neededConfiguration } from "../needed-configuration.js";
import { namedFile, writeWhole } from "../output/output-file.js";
import type { Terminal } from "../terminal.js";

export interface ExportOptions extends PluginOptions, Pick<ValueOptions, "engine"> {
  readonly format: string;
  readonly out?: string;
  readonly force?: true;
}

/** `kdf export` */
export async function exportTrained(options: ExportOptions, terminal: Terminal, [model = ""]: readonly string[]): Promise<CommandResult> {
  const { format, out, force = false } = options;
  if (format !== "onnx") throw commandLineInvalid({ problem: `--format ${format} is unknown: onnx is what there is.`, command: "export" });
  const ending = `.${format}`;
  const file = namedFile(out ?? `${basename(model, extname(model))}${ending}`, { directory: terminal.directory, endings: [ending], force });
  const host = await composeHost(hostRequest(options, terminal));
  const configuration = neededConfiguration(host.configuration, ["engine"]);
  // They bring TensorFlow.js: what can be refused without is refused before they are loaded.
  const [{ exportedOpset }, { exportModel }] = [await import("@kdf/nn"), await import("@kdf/trainer")];
  const { bytes, description, provenance } = await exportModel({ container: host.container, configuration, model });
  writeWhole(file, bytes, { replace: force });
  const { network, classes, input } = description;
  const { size, channels, mean, std } = input;
  return {
    text: [
      `${network} for ${classes} classes as ONNX, opset ${exportedOpset}: ${(bytes.length / 1e6).toFixed(2)} MB`,
      `  input   images [batch,${channels},${size},${size}], mean ${mean.join(", ")}, std ${std.join(", ")}`,
      `  output  logits [batch,${classes}]`,
      file,
    ].join("\n"),
    json: { file, format, opset: exportedOpset, bytes: bytes.length, network, classes, input, provenance },
  };
}
