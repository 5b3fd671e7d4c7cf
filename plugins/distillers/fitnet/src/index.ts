import { define, definePlugin } from "@kdf/core";
import { HintDistillation, options } from "./fitnet.js";

const summary = "the student regresses one of the teacher's maps from its own";
const paper = "Romero et al., ICLR 2015, https://arxiv.org/abs/1412.6550";

export default definePlugin({
  id: "fitnet",
  provides: { distiller: { fitnet: define({ summary, paper, options, create: (given) => new HintDistillation(given) }) } },
});
