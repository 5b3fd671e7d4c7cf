// A process for one engine, started by run-engine.ts with an advanced channel: starts the engine, computes everything
// and ends by itself, which is part of what is checked.
import { isKdfError, type Plugin } from "@kdf/core";
import { claimEngine, startReferenceEngine } from "@kdf/tensor";
import { MemoryRegistry } from "../registry/memory-registry.js";
import { compute } from "./compute.js";
import { computations } from "./computations.js";
import type { EngineMessage, EngineRequest } from "./engine-message.js";

const send = (message: EngineMessage): Promise<void> =>
  new Promise((done, fail) => process.send!(message, (error: Error | null) => (error === null ? done() : fail(error))));

async function start({ plugin, id, options, cacheDirectory }: EngineRequest) {
  if (plugin === undefined) return startReferenceEngine();
  const { default: loaded } = (await import(plugin)) as { default: Plugin };
  const registry = new MemoryRegistry([loaded], cacheDirectory === undefined ? {} : { cacheDirectory });
  return (await registry.create("engine", id, options)).start();
}

/** What a second engine is answered. */
function claimedTwice(): string | undefined {
  try {
    claimEngine("a second engine");
    return undefined;
  } catch (error) {
    return isKdfError(error) ? error.code : String(error);
  }
}

process.once("message", (request: EngineRequest) => {
  void (async () => {
    try {
      await send({ report: await start(request), second: claimedTwice() });
      for (const computation of computations()) {
        await send({ begins: computation.name });
        const computed = await compute(computation).catch((error: unknown) => ({ threw: error instanceof Error ? error.message : String(error) }));
        await send({ ends: computation.name, ...computed });
      }
      await send({ complete: true });
    } catch (error) {
      await send({ failed: error instanceof Error ? error.message : String(error) });
    }
    process.disconnect();
  })();
});
