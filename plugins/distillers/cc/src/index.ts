import { define, definePlugin } from "@kdf/core";
import { CorrelationCongruence, options } from "./cc.js";

const summary = "embedded features of student and teacher, whose differences are compared between neighbours in the batch";

export default definePlugin({
  id: "cc",
  provides: { distiller: { cc: define({ summary, options, create: (given) => new CorrelationCongruence(given) }) } },
});
