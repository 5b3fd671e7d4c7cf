/**
 * What an engine computes with, fastest first: `--engine auto` takes the first of these that starts. `reference` is for
 * comparison alone: plain JavaScript, or a graphics driver without a graphics processor.
 */
export const engineTiers = ["gpu", "native", "embedded", "reference"] as const;
export type EngineTier = (typeof engineTiers)[number];

/** What an engine can hold, in bytes, where it is known. */
export interface EngineLimits {
  /** All tensors together. */
  readonly memory?: number;
  /** One tensor. */
  readonly tensor?: number;
}

/** What executes the tensor operations; recorded in the run, since results depend on it. */
export interface EngineReport {
  readonly id: string;
  readonly tier: EngineTier;
  /** Library and version, for example `@tensorflow/tfjs-backend-wasm 4.22.0`. */
  readonly library: string;
  readonly device: string;
  readonly threads: number;
  /** Instruction sets and other facts that results depend on. */
  readonly features: readonly string[];
  /** Not recorded: results do not depend on it. */
  readonly limits?: EngineLimits;
}

/** One engine serves a process: `start` is called once, before any tensor is made. */
export interface Engine {
  start(): Promise<EngineReport>;
}
