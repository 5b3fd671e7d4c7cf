import { define, definePlugin } from "@kdf/core";
import { HintDistillation, options } from "./fitnet.js";

const summary = "the student regresses one of the teacher's maps from its own";

export default definePlugin({
  id: "fitnet",
  provides: { distiller: { fitnet: define({ summary, options, create: (given) => new HintDistillation(given) }) } },
});
