import { define, definePlugin, type Installer, type Teacher } from "@kdf/core";
import { OnnxInstaller } from "./onnx-installer.js";
import { OnnxTeacher } from "./onnx-teacher.js";
import { installerOptions, teacherOptions, type InstallerOptions, type TeacherOptions } from "./options.js";

export default definePlugin({
  id: "onnx",
  provides: {
    teacher: {
      onnx: define<Teacher, TeacherOptions>({
        summary: "any ONNX classifier, frozen, in ONNX Runtime beside the student's step",
        options: teacherOptions,
        create: (options, { cacheDirectory }) => new OnnxTeacher(options, cacheDirectory),
      }),
    },
    installer: {
      onnx: define<Installer, InstallerOptions>({
        summary: "onnxruntime-node with the binaries of this platform, from npm",
        options: installerOptions,
        create: (options, { cacheDirectory }) => new OnnxInstaller(cacheDirectory, options),
      }),
    },
  },
});
