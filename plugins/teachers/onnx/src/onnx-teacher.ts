import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { optionsInvalid, type Teacher, type TeacherInspection, type TeacherModel, type TeacherUse } from "@kdf/core";
import { sha256 } from "@kdf/data";
import { exportOnnx } from "@kdf/nn";
import { inspectOnnx } from "./inspect-onnx.js";
import { openOnnxTeacher } from "./open-onnx-teacher.js";
import { teacherOptions, type TeacherOptions } from "./options.js";
import { findRuntime } from "./runtime.js";

const alone: TeacherUse = { beside: false };

/** A teacher from an .onnx file, and a runtime for the models of others. */
export class OnnxTeacher implements Teacher {
  readonly #options: TeacherOptions;
  readonly #cacheDirectory: string;

  constructor(options: TeacherOptions, cacheDirectory: string) {
    this.#options = options;
    this.#cacheDirectory = cacheDirectory;
  }

  async open(use: TeacherUse = alone): Promise<TeacherModel> {
    return openOnnxTeacher(this.#file, this.#options, this.#cacheDirectory, use);
  }

  async inspect(): Promise<TeacherInspection> {
    return inspectOnnx(this.#file, this.#options);
  }

  get #file(): string {
    const { file } = this.#options;
    if (file !== undefined) return file;
    throw optionsInvalid({ owner: "teacher onnx", problems: [{ path: "file", message: "missing; name it with --teacher FILE, or --set onnx.file=FILE" }], options: Object.keys(teacherOptions.shape) });
  }

  /** Exports the model into the cache, under the hash of its bytes. How it is fed stands in the file: options of that are not used. */
  async adopt(model: TeacherModel, use: TeacherUse = alone): Promise<TeacherModel> {
    const { providers, threads, prefetch } = this.#options;
    let bytes: Uint8Array;
    try {
      await findRuntime(this.#cacheDirectory);
      bytes = await exportOnnx(model);
    } finally {
      model.dispose();
    }
    const file = join(this.#cacheDirectory, "onnx", `${sha256(bytes)}.onnx`);
    await writeWhole(file, bytes);
    const options = { layout: "auto", providers, prefetch, ...(threads !== undefined && { threads }) } as const;
    const opened = await openOnnxTeacher(file, options, this.#cacheDirectory, use);
    const { runtime = "" } = opened.provenance;
    return { ...opened, description: { ...model.description, taps: {} }, provenance: { ...model.provenance, runtime, exported: sha256(bytes) } };
  }
}

/** The file is complete whenever the process ends; one that was damaged is replaced. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const made = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(made, bytes);
    await rename(made, file);
  } finally {
    await rm(made, { force: true });
  }
}
