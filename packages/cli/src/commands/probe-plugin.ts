import { resolve } from "node:path";
import { commandLineInvalid } from "@kdf/core";
import { composeHost } from "@kdf/host";
import { openProbe } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { hostRequest, type SharedOptions } from "../shared-options.js";
import type { Terminal } from "../terminal.js";

export interface ProbeOptions extends SharedOptions {
  readonly inputs: string;
  readonly out?: string;
  readonly plan?: string;
  readonly phase?: string;
  readonly stage?: string;
  readonly epoch: string;
}

/** `kdf probe` */
export async function probePlugin(options: ProbeOptions, terminal: Terminal, positional: readonly string[]): Promise<CommandResult> {
  const [kind, id = ""] = positional;
  const epoch = Number(options.epoch);
  const refuse = (problem: string): Error => commandLineInvalid({ problem, command: "probe" });
  if (kind !== "augmenter" && kind !== "distiller" && kind !== "metric") {
    throw refuse(`kdf probe ${kind} is not possible: there are probes of an augmenter, a distiller or a metric.`);
  }
  if (!Number.isInteger(epoch) || epoch < 0) throw refuse(`--epoch ${options.epoch} is not a whole number from 0.`);
  if (options.phase !== undefined && options.phase !== "pool") throw refuse(`--phase ${options.phase} is not pool.`);
  const path = (file: string): string => resolve(terminal.directory, file);
  const host = await composeHost(hostRequest(options, terminal));
  const probe = await openProbe(host.container, host.configuration.complete());
  const inputsFile = path(options.inputs);
  const outFile = options.out === undefined ? {} : { outFile: path(options.out) };
  const json = await {
    metric: () => probe.metric(id, inputsFile),
    distiller: () =>
      probe.distiller(id, { inputsFile, epoch, ...(options.stage !== undefined && { stage: options.stage }), ...outFile }),
    augmenter: () =>
      probe.augmenter(id, {
        inputsFile,
        ...(options.plan !== undefined && { planFile: path(options.plan) }),
        ...(options.phase === "pool" && { phase: "pool" as const }),
        ...outFile,
      }),
  }[kind]();
  return { text: JSON.stringify(json, null, 2), json };
}
