/** What the thread of a session does. One session belongs to a thread, so it is kept in this module. */
import { createRequire } from "node:module";
import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";

export interface OpenRequest {
  /** Path of ONNX Runtime's entry. */
  readonly runtime: string;
  readonly file: string;
  readonly providers: readonly string[];
  readonly threads: number;
  /** Whether other work goes on at the same time. */
  readonly isShared: boolean;
  readonly layout: "NCHW" | "NHWC";
  readonly input: string;
  readonly output: string;
}

/** A problem is told and not thrown: what is thrown ends the thread. */
export interface OpenResult {
  readonly version?: string;
  readonly problem?: string;
}

export interface RunRequest {
  readonly images: Float32Array;
  /** [B,H,W,C] */
  readonly shape: readonly number[];
}

export interface RunResult {
  readonly logits?: Float32Array;
  readonly dimensions?: readonly number[];
  readonly problem?: string;
}

interface Runtime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
  readonly env: { readonly versions: { readonly node?: string; readonly common: string }; logLevel: string };
  listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
}

let opened: { readonly request: OpenRequest; readonly session: InferenceSession; readonly Tensor: TensorConstructor } | undefined;

/** The runtime prints nothing by itself: what it says of a failure is told as one. */
const silence = { text: "fatal", number: 4 } as const;

export async function open(request: OpenRequest): Promise<OpenResult> {
  let version: string | undefined;
  try {
    const runtime = createRequire(import.meta.url)(request.runtime) as Runtime;
    version = runtime.env.versions.node ?? runtime.env.versions.common;
    runtime.env.logLevel = silence.text;
    const known = runtime.listSupportedBackends().map(({ name }) => name);
    const unknown = request.providers.filter((provider) => !known.includes(provider));
    if (unknown.length > 0) return { version, problem: `it has no provider ${unknown.join(", ")} (${known.join(", ")})` };
    const session = await runtime.InferenceSession.create(request.file, {
      executionProviders: [...request.providers],
      intraOpNumThreads: request.threads,
      interOpNumThreads: 1,
      logSeverityLevel: silence.number,
      // Where the student's step runs at the same time, a thread that waits must not keep a processor busy.
      ...(request.isShared && { extra: { session: { intra_op: { allow_spinning: "0" } } } }),
    });
    opened = { request, session, Tensor: runtime.Tensor };
    return { version };
  } catch (error) {
    return { ...(version !== undefined && { version }), problem: (error as Error).message };
  }
}

export async function run({ images, shape }: RunRequest): Promise<RunResult> {
  const { request, session, Tensor } = opened!;
  const [rows = 0, height = 0, width = 0, channels = 0] = shape;
  const isChannelsFirst = request.layout === "NCHW";
  const data = isChannelsFirst ? channelsFirst(images, rows, height * width, channels) : images;
  const dimensions = isChannelsFirst ? [rows, channels, height, width] : shape;
  try {
    const outputs = await session.run({ [request.input]: new Tensor("float32", data, dimensions) }, [request.output]);
    const logits = outputs[request.output]!;
    // Copied: the runtime's own memory cannot move to another thread.
    return { logits: (logits.data as Float32Array).slice(), dimensions: [...logits.dims] };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** [rows,area,channels] -> [rows,channels,area]; one channel lies the same in both. */
function channelsFirst(images: Float32Array, rows: number, area: number, channels: number): Float32Array {
  if (channels === 1) return images;
  const moved = new Float32Array(images.length);
  for (let row = 0; row < rows; row += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const target = (row * channels + channel) * area;
      const source = row * area * channels + channel;
      for (let place = 0; place < area; place += 1) moved[target + place] = images[source + place * channels]!;
    }
  }
  return moved;
}
