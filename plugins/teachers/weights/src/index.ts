import { define, definePlugin, type Teacher } from "@kdf/core";
import { teacherOptions, type TeacherOptions } from "./options.js";
import { WeightsTeacher } from "./weights-teacher.js";

export default definePlugin({
  id: "weights",
  provides: {
    teacher: {
      weights: define<Teacher, TeacherOptions>({
        summary: "a PyTorch checkpoint or safetensors file with the weights of an installed network, frozen",
        options: teacherOptions,
        create: (options, context) => new WeightsTeacher(options, context),
      }),
    },
  },
});
