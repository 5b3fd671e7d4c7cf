import { define, definePlugin } from "@kdf/core";
import { options, SingularVectorDistillation } from "./kdsvd.js";

const summary = "how the main singular vectors of the maps change from one stage to the next";

export default definePlugin({
  id: "kdsvd",
  provides: { distiller: { kdsvd: define({ summary, options, create: (given) => new SingularVectorDistillation(given) }) } },
});
