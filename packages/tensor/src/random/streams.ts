import { createHash } from "node:crypto";
import type { RandomStream, StreamPosition, Streams } from "@kdf/core";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { GeneratorStream } from "./stream.js";

/**
 * The random streams of a run. A stream is a pure function of (seed, name, position): the generator's 128 bits of
 * state are the first 16 bytes of the SHA-256 of these as JSON, so that streams of different names or positions
 * have nothing in common and a new name changes no other stream.
 */
export function createStreams(seed: number): Streams {
  return { seed, at: (name, position = {}) => streamAt(seed, name, position) };
}

function streamAt(seed: number, name: string, position: StreamPosition): RandomStream {
  const { stage = null, epoch = null, step = null, row = null } = position;
  const digest = createHash("sha256").update(JSON.stringify([seed, name, stage, epoch, step, row])).digest();
  const state = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  return new GeneratorStream(xoroshiro128plusFromState(state));
}
