import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { Top1 } from "./top-1.js";

const summary = "share of images whose most probable class is the label";

export default definePlugin({
  id: "top-1",
  provides: { metric: { "top-1": define({ summary, options: z.strictObject({}), create: () => new Top1() }) } },
});
