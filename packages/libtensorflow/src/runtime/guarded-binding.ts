import { engineFailed } from "@kdf/core";
import type { Binding } from "./native-backend.js";

/** The addon's calls that compute or take memory, and so may fail in the middle of a run. */
const calls = {
  executeOp: (parameters: readonly unknown[]) => String(parameters[0]),
  createTensor: () => "making a tensor",
  tensorDataSync: () => "reading a tensor",
} as const;

/** The addon's exports, where a call that throws becomes KDF_ENGINE_FAILED with the operation's name. */
export function guardedBinding<B extends Binding>(engine: string, binding: B): B {
  // What is not replaced is the addon's own: its properties are not enumerable.
  const guarded = Object.create(binding) as B;
  for (const [name, operationOf] of Object.entries(calls)) {
    const call = (binding as unknown as Record<string, (...parameters: unknown[]) => unknown>)[name]!;
    const value = (...parameters: unknown[]): unknown => {
      try {
        return call.apply(binding, parameters);
      } catch (cause) {
        throw engineFailed({ engine, operation: operationOf(parameters), problem: (cause as Error).message.trim().replace(/\.$/, "") }, { cause });
      }
    };
    Object.defineProperty(guarded, name, { value });
  }
  return guarded;
}
