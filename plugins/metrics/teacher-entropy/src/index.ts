import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { TeacherEntropy } from "./teacher-entropy.js";

const summary = "mean entropy of the teacher's probabilities: how unsure it is of the images";

export default definePlugin({
  id: "teacher-entropy",
  provides: { metric: { "teacher-entropy": define({ summary, options: z.strictObject({}), create: () => new TeacherEntropy() }) } },
});
