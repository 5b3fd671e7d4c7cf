import { define, definePlugin } from "@kdf/core";
import { ActivationBoundaries, options } from "./ab.js";

const summary = "first the student's neurons learn to fire where the teacher's do, then it learns the labels";

export default definePlugin({
  id: "ab",
  provides: { distiller: { ab: define({ summary, options, create: (given) => new ActivationBoundaries(given) }) } },
});
