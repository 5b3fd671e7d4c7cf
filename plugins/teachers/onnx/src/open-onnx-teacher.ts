import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { onnxUnreadable, onnxUnsuitable, type ModelInput, type TeacherModel, type TeacherUse } from "@kdf/core";
import { sha256 } from "@kdf/data";
import { describeOnnx } from "@kdf/nn";
import { floats, read } from "@kdf/tensor";
import { interfaceOf } from "./model-input.js";
import type { TeacherOptions } from "./options.js";
import { findRuntime } from "./runtime.js";
import { OnnxSession } from "./session.js";

/** What the file's metadata say of the model's form: the description holds it, checked. */
const described = new Set(["classes", "size", "channels", "mean", "std", "layout"]);

/**
 * The model of an .onnx file, frozen, on a thread of its own. What can be seen in the file is refused before the runtime
 * is looked for; a trial batch shows the rest: what the runtime refuses, outputs that are not [B,K], values that are no
 * numbers.
 */
export async function openOnnxTeacher(named: string, options: Omit<TeacherOptions, "file">, cacheDirectory: string, use: TeacherUse): Promise<TeacherModel> {
  const file = resolve(named);
  const bytes = await readModel(named);
  const description = describeOnnx(bytes, named);
  const { model, ...form } = interfaceOf(description, named, options);
  const isShared = use.beside && options.prefetch > 0;
  const threads = options.threads ?? defaultThreads(isShared);
  const runtime = await findRuntime(cacheDirectory);
  const session = await OnnxSession.open({ ...form, runtime, file, providers: options.providers, threads, isShared });
  try {
    const classes = await countClasses(session, model, named);
    const { network = basename(file), ...metadata } = description.metadata;
    return {
      description: { network, input: model, classes, taps: {} },
      provenance: {
        ...Object.fromEntries(Object.entries(metadata).filter(([key]) => !described.has(key))),
        file: basename(file),
        sha256: sha256(bytes),
        runtime: `${session.runtime} on ${options.providers.join(", ")}, ${threads} threads`,
      },
      ahead: options.prefetch,
      forward: async (images) => {
        // A copy: the engine may have given its own memory, which must not move to the thread.
        const values = (await read(images)).slice() as Float32Array;
        const { logits, shape } = await session.run(values, images.shape);
        return { logits: floats(logits, shape), taps: {} };
      },
      dispose: () => session.dispose(),
    };
  } catch (error) {
    session.dispose();
    throw error;
  }
}

/** The bytes of the file. KDF_ONNX_UNREADABLE where there is none. */
export const readModel = (file: string): Promise<Uint8Array> =>
  readFile(resolve(file)).catch((error: Error) => {
    throw onnxUnreadable({ file, problem: error.message }, { cause: error });
  });

/** Where both want all processors, each waits for the other's threads: measured, half of them for the teacher is best. */
const defaultThreads = (isShared: boolean): number => (isShared ? Math.max(1, Math.floor(availableParallelism() / 2)) : availableParallelism());

/** Two images, one dark and one bright: an answer that depends on the batch's size shows itself. */
async function countClasses(session: OnnxSession, { size, channels, mean, std }: ModelInput, file: string): Promise<number> {
  const images = new Float32Array(2 * size * size * channels);
  const half = images.length / 2;
  for (let at = 0; at < images.length; at += 1) {
    const channel = at % channels;
    images[at] = ((at < half ? 0 : (at - half) / half) - mean[channel]!) / std[channel]!;
  }
  const { shape } = await session.run(images, [2, size, size, channels]);
  const [rows, classes] = shape;
  if (shape.length === 2 && rows === 2 && classes! > 1) return classes!;
  throw onnxUnsuitable({
    file,
    problem: `for two images it answers [${shape.join(",")}]`,
    expected: "logits [2,K], a row for each image",
    fix: "export a classifier whose batch dimension is free throughout",
  });
}
