import { basename } from "node:path";
import { onnxRefused, teacherNotFinite } from "@kdf/core";
import { moduleBeside, WorkerPool, type JobKind } from "@kdf/data";
import type { OpenRequest, OpenResult, RunRequest, RunResult } from "./session-thread.js";
import * as thread from "./session-thread.js";

const module = moduleBeside(import.meta.url, "session-thread");
const opening: JobKind<OpenRequest, OpenResult> = { module, name: "open", run: thread.open };
const running: JobKind<RunRequest, RunResult> = { module, name: "run", run: thread.run };

/** A model in ONNX Runtime, on a thread of its own: its `run` blocks the thread that it is called on. */
export class OnnxSession {
  readonly #file: string;
  readonly #pool = new WorkerPool(1);
  /** For example `ONNX Runtime 1.30.0`. */
  #runtime = "ONNX Runtime";

  private constructor(file: string) {
    this.#file = file;
  }

  /** KDF_ONNX_REFUSED where the runtime does not take the model. The caller disposes the session. */
  static async open(request: OpenRequest): Promise<OnnxSession> {
    const session = new OnnxSession(request.file);
    try {
      const { version, problem } = await session.#pool.run(opening, request);
      if (version !== undefined) session.#runtime = `ONNX Runtime ${version}`;
      if (problem !== undefined) throw session.#refused(problem);
      return session;
    } catch (error) {
      session.dispose();
      throw error;
    }
  }

  get runtime(): string {
    return this.#runtime;
  }

  /**
   * Logits [rows,K] of `images` [rows,H,W,C], which move to the thread. Passes may be asked for while others are under
   * way; they are computed in that order. KDF_TEACHER_NOT_FINITE, KDF_ONNX_REFUSED.
   */
  async run(images: Float32Array, shape: readonly number[]): Promise<{ readonly logits: Float32Array; readonly shape: readonly number[] }> {
    const { logits, dimensions, problem } = await this.#pool.run(running, { images, shape });
    if (problem !== undefined) throw this.#refused(problem);
    const wrong = logits!.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
    if (wrong > 0) throw teacherNotFinite({ teacher: basename(this.#file), problem: `${wrong} of ${logits!.length} logits of a batch of ${shape[0]}` });
    return { logits: logits!, shape: dimensions! };
  }

  dispose(): void {
    void this.#pool.dispose();
  }

  #refused(problem: string): Error {
    return onnxRefused({ file: this.#file, runtime: this.#runtime, problem: problem.replace(/[\s.]+$/, "") });
  }
}
