import { define, definePlugin } from "@kdf/core";
import { ContrastiveRepresentationDistillation, options } from "./crd.js";

const summary = "contrast of teacher's and student's embeddings against many images of other classes (CRD), with cross-entropy";
const paper = "Tian, Krishnan and Isola, ICLR 2020, https://arxiv.org/abs/1910.10699";

export default definePlugin({
  id: "crd",
  provides: { distiller: { crd: define({ summary, paper, options, create: (given) => new ContrastiveRepresentationDistillation(given) }) } },
});
