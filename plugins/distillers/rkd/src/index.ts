import { define, definePlugin } from "@kdf/core";
import { options, RelationalDistillation } from "./rkd.js";

const summary = "distances between the images of a batch, and angles between three of them, as the teacher has them";

export default definePlugin({
  id: "rkd",
  provides: { distiller: { rkd: define({ summary, options, create: (given) => new RelationalDistillation(given) }) } },
});
