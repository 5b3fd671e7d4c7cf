import { define, definePlugin } from "@kdf/core";
import { FlowOfSolution, options } from "./fsp.js";

const summary = "first the student's maps learn to follow from one another as the teacher's do, then it learns the labels";

export default definePlugin({
  id: "fsp",
  provides: { distiller: { fsp: define({ summary, options, create: (given) => new FlowOfSolution(given) }) } },
});
