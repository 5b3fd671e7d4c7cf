import { commandLineInvalid } from "@kdf/core";
import { augmenterChain, demandUsedSettings } from "@kdf/host";
import type { Bench, StepTimes } from "@kdf/trainer";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import type { CommandResult } from "../command-work.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { findPeer, Peer, peerModes, type FoundPeer, type PeerAbout, type PeerMode } from "./bench-peer.js";
import type { BenchReport, Comparison } from "./bench-report.js";
import { benchText } from "./bench-text.js";
import { composeWithEngine } from "./choose-engine.js";

export interface BenchOptions extends PluginOptions, Omit<ValueOptions, "epochs" | "epochsScale"> {
  readonly steps: string;
  readonly against?: string;
  readonly python?: string;
  readonly compile: boolean;
}

const warmUp = 3;
const mostRounds = 4;
/** Of the paper (Wang et al. 2022); what they are costs no time. */
const loss = { crossEntropy: 0.1, divergence: 0.9, temperature: 4 };

/** `kdf bench` */
export async function benchRun(options: BenchOptions, terminal: Terminal): Promise<CommandResult> {
  const { against, python, compile } = options;
  const refuse = (problem: string): Error => commandLineInvalid({ problem, command: "bench" });
  const steps = Number(options.steps);
  if (!Number.isInteger(steps) || steps < 1) throw refuse(`--steps ${options.steps} is not a positive whole number.`);
  if (against !== undefined && against !== "pytorch") throw refuse(`--against ${against} is unknown: pytorch is what there is.`);
  const idle = [python !== undefined && "--python", !compile && "--no-compile"].filter((name) => name !== false);
  if (against === undefined && idle.length > 0) throw refuse(`${idle.join(" and ")} would be ignored without --against pytorch.`);
  const found = against === undefined ? undefined : await findPeer(python ?? "python3");

  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const configuration = host.configuration.complete();
  const augmenterIds = augmenterChain(host.configuration.plugins, host.index);
  const { openBench } = await import("@kdf/trainer");
  const bench = await openBench({ container: host.container, configuration, augmenterIds });
  try {
    demandUsedSettings(host);
    const report = await reportOf(bench, steps, found && { found, modes: peerModes.filter((mode) => compile || mode !== "compile") }, terminal);
    return { text: benchText(report, columnsOf(terminal.output)), json: report };
  } finally {
    await bench.dispose();
  }
}

interface Against {
  readonly found: FoundPeer;
  readonly modes: readonly PeerMode[];
}

async function reportOf(bench: Bench, steps: number, against: Against | undefined, { messages }: Terminal): Promise<BenchReport> {
  const tell = (text: string): void => void messages.write(`${text}\n`);
  tell(`Taking ${steps} steps.`);
  const times = await bench.measure(steps, warmUp);
  const operations = await bench.operations();
  const compared = against === undefined ? { comparisons: [], notes: [] } : await compare(bench, times, steps, against, tell);
  return { subject: bench.subject, times, ...(operations && { operations }), ...compared };
}

async function compare(
  bench: Bench,
  { teacherRows }: StepTimes,
  steps: number,
  { found, modes }: Against,
  tell: (text: string) => void,
): Promise<Pick<BenchReport, "comparisons" | "notes">> {
  const { subject } = bench;
  const work = await bench.peerWork();
  const peer = new Peer(found, {
    ...work,
    batch: subject.batchSize,
    threads: subject.engine.threads,
    gpu: subject.engine.tier === "gpu",
    augmented: subject.views.includes("augmented"),
    teacherRows,
    loss,
  });
  const ready = new Map<PeerMode, PeerAbout>();
  const notes: string[] = [];
  try {
    for (const mode of modes) {
      tell(mode === "compile" ? "PyTorch compiles the models, which may take minutes." : `PyTorch ${found.torch} takes its first step.`);
      try {
        ready.set(mode, await peer.prepare(mode));
      } catch (error) {
        if (mode !== "compile") throw error;
        notes.push(`torch.compile does not work there: ${(error as Error).message.split("\n")[0]}`);
      }
    }
    const { augments, learns } = ready.get("eager")!;
    if (!augments) notes.push(`PyTorch's script does not make ${subject.augmenters.join(", ") || "these images"} as kdf does: the models' part alone is compared (teacher, student, gradients, optimizer).`);
    if (!learns) notes.push(`PyTorch learns by the loss of kd: what ${subject.distiller} computes beside is in kdf's time alone.`);
    const extra = subject.views.filter((view) => view !== "original" && view !== "augmented");
    if (extra.length > 0) notes.push(`PyTorch's step has no view ${extra.join(", ")}.`);
    tell(`Taking turns: ${steps} steps each.`);
    const rounds = await takeTurns(bench, peer, [...ready.keys()], steps, augments);
    const comparisons = [...ready].map(([mode, { torch, threads, device }]): Comparison => {
      const pairs = rounds.map(({ ours, theirs }) => ({ ours, theirs: theirs.get(mode)! }));
      const [ours, theirs] = [mean(pairs.map((pair) => pair.ours)), mean(pairs.map((pair) => pair.theirs))];
      return { peer: `pytorch-${mode}`, compared: augments ? "step" : "models", ours, theirs, ratio: theirs / ours, rounds: pairs, torch, python: found.python, threads, device };
    });
    return { comparisons, notes };
  } finally {
    peer.stop();
  }
}

interface Round {
  readonly ours: number;
  readonly theirs: ReadonlyMap<PeerMode, number>;
}

/** A round is some steps of ours, then as many of each peer's; each side warms up by a step that is not counted. */
async function takeTurns(bench: Bench, peer: Peer, modes: readonly PeerMode[], steps: number, augments: boolean): Promise<readonly Round[]> {
  const count = Math.min(mostRounds, steps);
  const rounds: Round[] = [];
  for (let round = 0; round < count; round += 1) {
    const { milliseconds, parts } = await bench.measure(Math.ceil(steps / count), 1);
    const { teacher, student, gradients, optimizer } = parts;
    const theirs = new Map<PeerMode, number>();
    for (const mode of modes) theirs.set(mode, mean(await peer.measure(mode, Math.ceil(steps / count))));
    rounds.push({ ours: augments ? milliseconds : teacher + student + gradients + optimizer, theirs });
  }
  return rounds;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
