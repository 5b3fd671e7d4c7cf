/** PyTorch as the other side of a comparison: a Python process that takes the same step when it is asked to. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { peerFailed, peerUnavailable } from "@kdf/core";
import type { PeerModel, PeerWork } from "@kdf/trainer";

export const peerModes = ["eager", "compile"] as const;
export type PeerMode = (typeof peerModes)[number];

/** A Python with PyTorch. */
export interface FoundPeer {
  readonly program: string;
  readonly python: string;
  readonly torch: string;
}

/** What the peer says of itself once it is ready. */
export interface PeerAbout {
  readonly torch: string;
  readonly threads: number;
  readonly device: string;
  /** Whether it makes the run's augmentations itself. */
  readonly augments: boolean;
  /** Whether it learns by the run's own loss. */
  readonly learns: boolean;
}

/** The work and the circumstances under which both sides do it. */
export interface PeerRequest extends PeerWork {
  readonly batch: number;
  readonly threads: number;
  readonly gpu: boolean;
  /** Whether the student sees an augmented view. */
  readonly augmented: boolean;
  /** Images that the teacher of kdf sees in a step. */
  readonly teacherRows: number;
  readonly loss: { readonly crossEntropy: number; readonly divergence: number; readonly temperature: number };
}

const oldest = { python: [3, 9], torch: [2, 0] } as const;
const expected = "Python 3.9 or newer with PyTorch 2.0 or newer";

/** Asks `program` what it is, without loading PyTorch. KDF_PEER_UNAVAILABLE says what is missing. */
export async function findPeer(program: string): Promise<FoundPeer> {
  const refuse = (problem: string, fix: string): Error => peerUnavailable({ peer: "PyTorch", problem, expected, fix });
  const otherPython = "install Python 3.9 or newer, or name one with --python";
  const question = "import json, sys\ntry:\n from importlib.metadata import version\n torch = version('torch')\nexcept Exception:\n torch = None\nprint(json.dumps(['.'.join(map(str, sys.version_info[:3])), torch]))";
  let answer: [python: string, torch: string | null];
  try {
    const { stdout } = await promisify(execFile)(program, ["-c", question], { timeout: 10_000 });
    answer = JSON.parse(stdout) as typeof answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === "ENOENT" ? `${program} is not installed` : `${program} is no Python that runs`, otherPython);
  }
  const [python, torch] = answer;
  if (isOlder(python, oldest.python)) throw refuse(`${program} is Python ${python}`, otherPython);
  const install = `${program} -m pip install --upgrade torch, or name a Python that has it with --python`;
  if (torch === null) throw refuse(`${program} (${python}) has no package torch`, install.replace(" --upgrade", ""));
  if (isOlder(torch, oldest.torch)) throw refuse(`${program} has PyTorch ${torch}`, install);
  return { program, python, torch };
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return first < major || (first === major && second < minor);
}

const script = fileURLToPath(new URL("../../python/bench_peer.py", import.meta.url));

/** A running peer. It ends with this process, whatever happens. */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #said = "";

  constructor({ program }: FoundPeer, request: PeerRequest) {
    this.#child = spawn(program, [script], { stdio: "pipe" });
    this.#child.stderr.on("data", (text) => (this.#said = `${this.#said}${String(text)}`.slice(-4_000)));
    // Where it ends early, its silence is told as the answer that is missing.
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", (error) => (this.#said = error.message));
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin.write(`${JSON.stringify({ ...request, teacher: request.teacher && encoded(request.teacher), student: encoded(request.student) })}\n`);
  }

  /** KDF_PEER_FAILED. */
  prepare(mode: PeerMode): Promise<PeerAbout> {
    return this.ask("take its first step", { prepare: mode });
  }

  /** Milliseconds of each of `steps` steps. KDF_PEER_FAILED. */
  async measure(mode: PeerMode, steps: number): Promise<readonly number[]> {
    return (await this.ask<{ milliseconds: number[] }>("take its steps", { measure: { mode, steps } })).milliseconds;
  }

  async ask<Answer extends object>(doing: string, question: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw peerFailed({ peer: "PyTorch", doing, problem: this.#said.trim().split("\n").at(-1) || "it ended" });
    const answer = JSON.parse(value) as Answer & { error?: string };
    if (answer.error !== undefined) throw peerFailed({ peer: "PyTorch", doing, problem: answer.error.split("\n")[0]! });
    return answer;
  }

  stop(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

/** The graph with its weights as text. */
const encoded = (model: PeerModel): object => ({
  ...model,
  constants: model.constants.map(({ name, shape, data }) => ({
    name,
    shape,
    type: data instanceof Float32Array ? "float" : "int64",
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  })),
});
