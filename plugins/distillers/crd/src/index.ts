import { define, definePlugin } from "@kdf/core";
import { ContrastiveRepresentationDistillation, options } from "./crd.js";

const summary = "contrast of teacher's and student's embeddings against many images of other classes (CRD), with cross-entropy";

export default definePlugin({
  id: "crd",
  provides: { distiller: { crd: define({ summary, options, create: (given) => new ContrastiveRepresentationDistillation(given) }) } },
});
