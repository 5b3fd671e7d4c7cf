import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { TeacherCovariance } from "./teacher-covariance.js";

const summary = "how alike the teacher's probabilities within a batch are: lower means a better augmentation";

export default definePlugin({
  id: "teacher-covariance",
  provides: { metric: { "teacher-covariance": define({ summary, options: z.strictObject({}), create: () => new TeacherCovariance() }) } },
});
