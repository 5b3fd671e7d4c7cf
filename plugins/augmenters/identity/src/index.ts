import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { Identity } from "./identity.js";

const summary = "the augmented view is the original view: the paper's baseline";

export default definePlugin({
  id: "identity",
  provides: { augmenter: { identity: define({ summary, options: z.strictObject({}), create: () => new Identity() }) } },
});
