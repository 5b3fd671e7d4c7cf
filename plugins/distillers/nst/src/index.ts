import { define, definePlugin } from "@kdf/core";
import { NeuronSelectivityTransfer, options } from "./nst.js";

const summary = "the student's channels are active at places distributed as the teacher's";

export default definePlugin({
  id: "nst",
  provides: { distiller: { nst: define({ summary, options, create: (given) => new NeuronSelectivityTransfer(given) }) } },
});
