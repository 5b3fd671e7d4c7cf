import { define, definePlugin } from "@kdf/core";
import { options, VariationalInformationDistillation } from "./vid.js";

const summary = "the student's maps tell the teacher's, up to a Gaussian error of a variance that is learned";

export default definePlugin({
  id: "vid",
  provides: { distiller: { vid: define({ summary, options, create: (given) => new VariationalInformationDistillation(given) }) } },
});
