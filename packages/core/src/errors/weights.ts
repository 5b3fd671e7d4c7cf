import { refusal } from "./error.js";

export const weightsUnreadable = refusal("KDF_WEIGHTS_UNREADABLE", (d: { file: string; problem: string }) => ({
  happened: `${d.file} cannot be read as safetensors: ${d.problem}.`,
  expected: "a complete safetensors file",
  fix: "fetch or export the file again: it is damaged or of another format",
}));

export const torchUnreadable = refusal("KDF_TORCH_UNREADABLE", (d: { file: string; problem: string }) => ({
  happened: `${d.file} cannot be read as a PyTorch checkpoint: ${d.problem}.`,
  expected: "a whole file that torch.save wrote: a zip archive (PyTorch 1.6 and later) or the legacy container",
  fix: "fetch the file again, or write it again: torch.save(model.state_dict(), FILE)",
}));

export const torchRefused = refusal("KDF_TORCH_REFUSED", (d: { file: string; problem: string }) => ({
  happened: `${d.file} is a PyTorch checkpoint that is not read: ${d.problem}. Nothing of it was executed.`,
  expected: "tensors, dictionaries, lists, numbers and text, and no other Python object",
  fix: "if you trust it, save its weights alone in Python: torch.save(model.state_dict(), FILE); if not, delete it",
}));

export const weightsMismatch = refusal(
  "KDF_WEIGHTS_MISMATCH",
  (d: { file: string; network: string; problems: readonly string[] }) => ({
    happened: `${d.file} does not hold the weights of ${d.network}: ${d.problems.join("; ")}.`,
    expected: "each weight and running statistic of the network, in its shape",
    fix: "name the network that the file was made with, or another file; kdf teacher inspect FILE says which fit",
  }),
);

export const weightsNoMetadata = refusal(
  "KDF_WEIGHTS_NO_METADATA",
  (d: { file: string; missing: readonly string[] }) => ({
    happened: `${d.file} does not say ${d.missing.join(", ")}.`,
    expected: "metadata that name network, options, classes and normalisation, or options that say what they lack",
    fix: "use a file that kdf wrote, or say it: --set weights.network=NAME, weights.size=PIXELS, weights.mean=[…], weights.std=[…] (the plugin weights); kdf teacher inspect FILE writes the command",
  }),
);

export const weightsNetworkUnknown = refusal(
  "KDF_WEIGHTS_NETWORK_UNKNOWN",
  (d: { file: string; fitting: readonly string[]; closest?: { readonly network: string; readonly problems: readonly string[] } | undefined }) => ({
    happened:
      d.fitting.length > 0
        ? `The weights in ${d.file} fit several networks: ${d.fitting.join(", ")}.`
        : `The weights in ${d.file} fit no installed network${d.closest === undefined ? "" : `; the closest is ${d.closest.network}, where ${d.closest.problems.slice(0, 3).join("; ")}${d.closest.problems.length > 3 ? `; and ${d.closest.problems.length - 3} more` : ""}`}.`,
    expected: "the name of the network, or weights whose names and shapes are those of one alone",
    fix: "name it: --set weights.network=NAME; kdf plugins list shows the networks, and a plugin can add another",
  }),
);

export const teacherFileUnknown = refusal(
  "KDF_TEACHER_FILE_UNKNOWN",
  (d: { file: string; ending: string; install: string | undefined }) => ({
    happened: `No installed plugin opens ${d.ending === "" ? "files without an ending" : `${d.ending} files`}, as ${d.file} is one.`,
    expected: "a teacher plugin, a run directory, or a file of a kind that an installed teacher plugin opens",
    fix: d.install === undefined ? "convert it to one of: .safetensors, .pth, .onnx, model.json of TensorFlow.js, SavedModel" : `npm install ${d.install}`,
  }),
);

/** A model of another tool's file, in any format. */
export const teacherUnsuitable = refusal(
  "KDF_TEACHER_UNSUITABLE",
  (d: { file: string; problem: string; expected: string; fix: string }) => ({
    happened: `${d.file} cannot serve as a teacher: ${d.problem}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);

export const modelFileUnreadable = refusal("KDF_MODEL_FILE_UNREADABLE", (d: { file: string; format: string; problem: string }) => ({
  happened: `${d.file} cannot be read as ${d.format}: ${d.problem}.`,
  expected: "all of the model's files, whole, beside each other",
  fix: "fetch or export the model again: it is missing, damaged or of another format",
}));

export const pairInvalid = refusal("KDF_PAIR_INVALID", (d: { file: string; problem: string; expected: string }) => ({
  happened: `${d.file} is no pair to verify with: ${d.problem}.`,
  expected: d.expected,
  fix: "write it in Python: safetensors.numpy.save_file({\"input\": images, \"logits\": logits}, FILE), images as the network is fed them",
}));

export const probeInputInvalid = refusal(
  "KDF_PROBE_INPUT_INVALID",
  (d: { file: string; problem: string; expected: string }) => ({
    happened: `${d.file} is not what the probe needs: ${d.problem}.`,
    expected: d.expected,
    fix: "kdf probe --help lists the inputs of each kind",
  }),
);
