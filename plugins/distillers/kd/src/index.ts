import { define, definePlugin } from "@kdf/core";
import { KnowledgeDistillation, options } from "./kd.js";

const summary = "cross-entropy with the labels and divergence from the softened teacher, also on augmented images";

export default definePlugin({
  id: "kd",
  provides: { distiller: { kd: define({ summary, options, create: (given) => new KnowledgeDistillation(given) }) } },
});
