import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { Top5 } from "./top-5.js";

const summary = "share of images whose label is among the five most probable classes";

export default definePlugin({
  id: "top-5",
  provides: { metric: { "top-5": define({ summary, options: z.strictObject({}), create: () => new Top5() }) } },
});
