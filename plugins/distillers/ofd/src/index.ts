import { define, definePlugin } from "@kdf/core";
import { FeatureOverhaul, options } from "./ofd.js";

const summary = "maps before their ReLU, where what the teacher has below 0 only bounds the student's (overhaul)";

export default definePlugin({
  id: "ofd",
  provides: { distiller: { ofd: define({ summary, options, create: (given) => new FeatureOverhaul(given) }) } },
});
