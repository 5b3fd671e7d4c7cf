import { refusal } from "./error.js";

export const weightsUnreadable = refusal("KDF_WEIGHTS_UNREADABLE", (d: { file: string; problem: string }) => ({
  happened: `${d.file} cannot be read as safetensors: ${d.problem}.`,
  expected: "a complete safetensors file",
  fix: "fetch or export the file again: it is damaged or of another format",
}));

export const weightsMismatch = refusal(
  "KDF_WEIGHTS_MISMATCH",
  (d: { file: string; network: string; problems: readonly string[] }) => ({
    happened: `${d.file} does not hold the weights of ${d.network}: ${d.problems.slice(0, 5).join("; ")}${
      d.problems.length > 5 ? `; and ${d.problems.length - 5} more` : ""
    }.`,
    expected: "each weight and running statistic of the network, in its shape",
    fix: "name the network that the file was made with, or another file",
  }),
);

export const weightsNoMetadata = refusal(
  "KDF_WEIGHTS_NO_METADATA",
  (d: { file: string; missing: readonly string[] }) => ({
    happened: `${d.file} does not say ${d.missing.join(", ")}.`,
    expected: "metadata that names network, options, classes and normalisation",
    fix: "use a file that kdf wrote, or add the metadata",
  }),
);

export const probeInputInvalid = refusal(
  "KDF_PROBE_INPUT_INVALID",
  (d: { file: string; problem: string; expected: string }) => ({
    happened: `${d.file} is not what the probe needs: ${d.problem}.`,
    expected: d.expected,
    fix: "kdf probe --help lists the inputs of each kind",
  }),
);
