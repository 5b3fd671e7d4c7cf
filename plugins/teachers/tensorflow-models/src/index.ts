import { define, definePlugin, type Teacher } from "@kdf/core";
import { ForeignTeacher } from "./foreign-teacher.js";
import { openGraph } from "./graph-classifier.js";
import { openLayers } from "./layers-classifier.js";
import { readTfjsFiles } from "./model-files.js";
import { savedModelOptions, tfjsOptions, type SavedModelOptions, type TfjsOptions } from "./options.js";
import { openSavedModel, readSavedModel } from "./saved-model-classifier.js";

export default definePlugin({
  id: "tensorflow-models",
  provides: {
    teacher: {
      "tfjs-model": define<Teacher, TfjsOptions>({
        summary: "a Layers or Graph model of TensorFlow.js, frozen, in the engine; layers are taps",
        options: tfjsOptions,
        create: (options) =>
          new ForeignTeacher("tfjs-model", options, async (file) => {
            const files = await readTfjsFiles(file);
            const open = files.format === "layers-model" ? openLayers : openGraph;
            return { classifier: await open(file, files, options.output), sha256: files.sha256 };
          }),
      }),
      "saved-model": define<Teacher, SavedModelOptions>({
        summary: "a SavedModel of TensorFlow, frozen, where the engine has TensorFlow's C library",
        options: savedModelOptions,
        create: (options) =>
          new ForeignTeacher("saved-model", options, async (folder) => {
            const files = await readSavedModel(folder, options);
            return { classifier: openSavedModel(folder, files, options), sha256: files.sha256 };
          }),
      }),
    },
  },
});
