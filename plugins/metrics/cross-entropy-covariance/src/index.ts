import { define, definePlugin } from "@kdf/core";
import { CrossEntropyCovariance, options } from "./cross-entropy-covariance.js";

export default definePlugin({
  id: "cross-entropy-covariance",
  provides: {
    metric: {
      "cross-entropy-covariance": define({
        summary: "how the cross-entropies of teacher and student vary together among images: lower means a better augmentation",
        options,
        create: (given) => new CrossEntropyCovariance(given, "student"),
      }),
      "entropy-covariance": define({
        summary: "the same with the teacher in the student's place: how the teacher's entropies vary together among images",
        options,
        create: (given) => new CrossEntropyCovariance(given, "teacher"),
      }),
    },
  },
});
