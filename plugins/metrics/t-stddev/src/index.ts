import { define, definePlugin } from "@kdf/core";
import { options, TeacherDeviation } from "./t-stddev.js";

const summary = "standard deviation of the teacher's mean probability: lower means a better augmentation";

export default definePlugin({
  id: "t-stddev",
  provides: { metric: { "t-stddev": define({ summary, options, create: (given) => new TeacherDeviation(given) }) } },
});
