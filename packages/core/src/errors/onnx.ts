import { refusal } from "./error.js";

export const onnxUnreadable = refusal("KDF_ONNX_UNREADABLE", (d: { file: string; problem: string }) => ({
  happened: `${d.file} cannot be read as an ONNX model: ${d.problem}.`,
  expected: "a complete .onnx file, its weights within",
  fix: "fetch or export the file again: it is missing, damaged or of another format",
}));

export const onnxUnsuitable = refusal(
  "KDF_ONNX_UNSUITABLE",
  (d: { file: string; problem: string; expected: string; fix: string }) => ({
    happened: `${d.file} cannot serve as a teacher: ${d.problem}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);

export const onnxRefused = refusal("KDF_ONNX_REFUSED", (d: { file: string; runtime: string; problem: string }) => ({
  happened: `${d.runtime} does not run ${d.file}: ${d.problem}.`,
  expected: "operations, opsets and providers that this runtime has",
  fix: "export the model with standard operations of an earlier opset, or choose other providers",
}));

export const runtimeNotInstalled = refusal(
  "KDF_RUNTIME_NOT_INSTALLED",
  (d: { runtime: string; needed: string; installer: string; problem: string; directory: string }) => ({
    happened: `${d.needed} needs ${d.runtime}, which is not there: ${d.problem}.`,
    expected: `the npm package beside the plugin, or an installation in ${d.directory}`,
    fix: `npx kdf engine install ${d.installer}`,
  }),
);

export const teacherNotFinite = refusal("KDF_TEACHER_NOT_FINITE", (d: { teacher: string; problem: string }) => ({
  happened: `The teacher ${d.teacher} answers with values that are not numbers: ${d.problem}.`,
  expected: "finite logits",
  fix: "export the teacher again from weights that are finite, or choose another",
}));

export const teacherEngineUnsuitable = refusal("KDF_TEACHER_ENGINE_UNSUITABLE", (d: { teacher: string }) => ({
  happened: `The teacher plugin ${d.teacher} cannot run the model of another teacher.`,
  expected: "a teacher plugin that is a runtime",
  fix: "name one that is, for example --teacher-engine onnx, or leave the option out",
}));

export const exportUnsupported = refusal(
  "KDF_EXPORT_UNSUPPORTED",
  (d: { model: string; format: string; problem: string; expected: string }) => ({
    happened: `${d.model} cannot be exported as ${d.format}: ${d.problem}.`,
    expected: d.expected,
    fix: "export another model, or compute this one with operations of @kdf/tensor that have a form in this format",
  }),
);
