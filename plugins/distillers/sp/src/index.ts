import { define, definePlugin } from "@kdf/core";
import { options, SimilarityPreservation } from "./sp.js";

const summary = "which images of a batch activate the last map alike: the same pairs for student and teacher";

export default definePlugin({
  id: "sp",
  provides: { distiller: { sp: define({ summary, options, create: (given) => new SimilarityPreservation(given) }) } },
});
