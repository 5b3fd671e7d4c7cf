import { define, definePlugin } from "@kdf/core";
import { DecoupledDistillation, options } from "./dkd.js";

const summary = "cross-entropy, and the softened divergence in two parts: the target against the rest, and the rest among itself";

export default definePlugin({
  id: "dkd",
  provides: { distiller: { dkd: define({ summary, options, create: (given) => new DecoupledDistillation(given) }) } },
});
