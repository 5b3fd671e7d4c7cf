import { define, definePlugin } from "@kdf/core";
import { KnowledgeDistillation, options } from "./kd.js";

const summary = "cross-entropy with the labels and divergence from the softened teacher, also on augmented images";
const paper = "Hinton, Vinyals and Dean, 2015, https://arxiv.org/abs/1503.02531; with augmentations Wang et al., 2022, https://arxiv.org/abs/2012.02909";

export default definePlugin({
  id: "kd",
  provides: { distiller: { kd: define({ summary, paper, options, create: (given) => new KnowledgeDistillation(given) }) } },
});
