import type { BenchSubject, StepOperations, StepTimes } from "@kdf/trainer";
import type { PeerMode } from "./bench-peer.js";

/** Ours and theirs, taken in turns. Times are means in milliseconds a step. */
export interface Comparison {
  readonly peer: `pytorch-${PeerMode}`;
  /** `models`: without what the peer does not do as we do. */
  readonly compared: "step" | "models";
  readonly ours: number;
  readonly theirs: number;
  /** theirs / ours: above 1 kdf is faster. */
  readonly ratio: number;
  readonly rounds: readonly { readonly ours: number; readonly theirs: number }[];
  readonly torch: string;
  readonly python: string;
  readonly threads: number;
  readonly device: string;
}

export interface BenchReport {
  readonly subject: BenchSubject;
  readonly times: StepTimes;
  readonly operations?: StepOperations;
  readonly comparisons: readonly Comparison[];
  /** What a reader of the comparisons must know. */
  readonly notes: readonly string[];
}
