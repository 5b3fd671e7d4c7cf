import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Distiller, Plugin, Streams } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import { createStreams } from "@kdf/tensor";
import { MemoryRegistry, pluginOf, ScriptedStream, type Script } from "@kdf/testing";
import { probeDistiller } from "@kdf/trainer";
import { expect, test } from "vitest";
import { contribution } from "./contribution.js";
import { expectParity, Fixture } from "./parity.js";

/** How a case is computed; see "distillers" in README.md. */
interface CaseAbout {
  readonly options: Readonly<Record<string, unknown>>;
  readonly stage: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly weights: Readonly<Record<string, number>> | null;
  readonly plan: Readonly<Record<string, Script>>;
  /** Gradients of what no term reads. */
  readonly unread: readonly string[];
}

const fixtures = new URL("fixtures/distillers/", import.meta.url);
const inputs = ".inputs.safetensors";

/** A test for each case of each folder of fixtures/distillers, by the plugin of the folder's name, on the engine that runs. */
export function distillerTests(): void {
  for (const id of readdirSync(fixtures)) {
    const cases = readdirSync(new URL(`${id}/`, fixtures)).filter((file) => file.endsWith(inputs));
    for (const file of cases) {
      const name = file.slice(0, -inputs.length);
      test(`${id}, ${name}: terms, gradients and state are PyTorch's`, () => compare(id, name));
    }
  }
}

async function compare(id: string, name: string): Promise<void> {
  const expected = new Fixture<CaseAbout>(`distillers/${id}/${name}.expected.safetensors`);
  const { options, stage, epoch, epochs, weights, plan, unread, values = {}, tensors = {} } = expected.about;
  const plugin = ((await import(`@kdf/plugin-${id}`)) as { readonly default: Plugin }).default;
  const distiller = weighing(await contribution(plugin, "distiller", options), weights);
  const registry = new MemoryRegistry([pluginOf("parity", { distiller: { [id]: () => distiller } })]);
  const folder = mkdtempSync(join(tmpdir(), "kdf-parity-"));
  try {
    const outFile = join(folder, "out.safetensors");
    const inputsFile = fileURLToPath(new URL(`${id}/${name}${inputs}`, fixtures));
    const { terms, total } = await probeDistiller(registry, scripted(plan), id, { inputsFile, stage, epoch, outFile }, () => epochs);

    const found: Readonly<Record<string, number>> = { ...terms, total };
    expect(Object.keys(found).sort()).toEqual(Object.keys(values).sort());
    for (const [term, value] of Object.entries(found)) expected.expectValue(term, value);

    const written = decodeSafetensors(readFileSync(outFile), outFile).tensors;
    expect([...written.keys()].filter((key) => key.startsWith("grad.")).sort()).toEqual(
      [...Object.keys(tensors).filter((key) => key.startsWith("grad.")), ...unread].sort(),
    );
    for (const [key, { float32Error, scale }] of Object.entries(tensors)) {
      const [ours, reference] = [written.get(key), expected.array(key)];
      expect(ours?.shape, `shape of ${key}`).toEqual(reference.shape);
      expectParity(key, ours!.data as ArrayLike<number>, reference.data as ArrayLike<number>, float32Error as number, scale);
    }
    for (const key of unread) expect([...written.get(key)!.data].some((value) => Number(value) !== 0), `${key} is zero`).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Terms weigh as the fixture says, and where it does, the distiller must weigh so by itself; 1 otherwise. */
function weighing(distiller: Distiller, weights: CaseAbout["weights"]): Distiller {
  return {
    prepare: (subject) => {
      const prepared = distiller.prepare(subject);
      const { taps, extras, state, hostState = {}, views, stages } = prepared;
      return {
        ...{ taps, extras, state, hostState, views, stages },
        losses: (outputs, context) => prepared.losses(outputs, context),
        ...(prepared.update && { update: (outputs, context) => prepared.update!(outputs, context) }),
        weight: (term, at) => {
          if (weights !== null) expect(prepared.weight(term, at), `weight of ${term}`).toBeCloseTo(weights[term]!, 12);
          return weights?.[term] ?? 1;
        },
      };
    },
  };
}

/** Streams that give what the fixture says was drawn, by their names. */
function scripted(plan: CaseAbout["plan"]): Streams {
  const { seed, at } = createStreams(0);
  return { seed, at: (name, position) => (name in plan ? new ScriptedStream(plan[name]!) : at(name, position)) };
}
