import { resolve } from "node:path";
import { commandLineInvalid } from "@kdf/core";
import { openProbe } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { neededConfiguration } from "../needed-configuration.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import type { Terminal } from "../terminal.js";

export interface ProbeOptions extends PluginOptions, Pick<ValueOptions, "engine" | "seed" | "epochs"> {
  readonly inputs: string;
  readonly out?: string;
  readonly plan?: string;
  readonly phase?: string;
  readonly stage?: string;
  readonly epoch?: string;
}

/** Options that not every kind of probe takes. */
const takes = {
  augmenter: ["engine", "seed", "out", "plan", "phase"],
  distiller: ["engine", "seed", "out", "stage", "epoch", "epochs"],
  metric: [],
} as const satisfies Readonly<Record<string, readonly (keyof ProbeOptions)[]>>;

/** `kdf probe` */
export async function probePlugin(options: ProbeOptions, terminal: Terminal, positional: readonly string[]): Promise<CommandResult> {
  const [kind, id = ""] = positional;
  const epoch = Number(options.epoch ?? 0);
  const refuse = (problem: string): Error => commandLineInvalid({ problem, command: "probe" });
  if (kind !== "augmenter" && kind !== "distiller" && kind !== "metric") {
    throw refuse(`kdf probe ${kind} is not possible: there are probes of an augmenter, a distiller or a metric.`);
  }
  const taken: readonly string[] = takes[kind];
  const surplus = [...new Set(Object.values(takes).flat())].filter((name) => options[name] !== undefined && !taken.includes(name));
  if (surplus.length > 0) throw refuse(`kdf probe ${kind} takes no ${surplus.map((name) => `--${name}`).join(", ")}.`);
  if (!Number.isInteger(epoch) || epoch < 0) throw refuse(`--epoch ${options.epoch} is not a whole number from 0.`);
  if (options.phase !== undefined && options.phase !== "pool") throw refuse(`--phase ${options.phase} is not pool.`);
  const path = (file: string): string => resolve(terminal.directory, file);
  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const { engine, epochs } = host.configuration.given as { readonly engine?: string; readonly epochs?: number };
  const probe = await openProbe(host.container, {
    ...neededConfiguration(host.configuration, ["seed"]),
    ...(engine !== undefined && { engine }),
    ...(epochs !== undefined && { epochs }),
  });
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
