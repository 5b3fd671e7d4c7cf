import type { HostState, StateUpdate, TensorLike } from "@kdf/core";
import { disposeAll, read, withRows } from "@kdf/tensor";
import { demandReturned, type HookSite } from "./hook.js";

/** Replaces the state tensors that a distiller updated, and writes into its state on the host. Owns `updates` from here on. */
export async function applyStateUpdates(
  site: HookSite,
  state: Map<string, TensorLike>,
  hostState: Readonly<Record<string, HostState>>,
  updates: Readonly<Record<string, StateUpdate>>,
): Promise<void> {
  for (const [name, update] of Object.entries(updates)) {
    const onHost = hostState[name];
    if (onHost !== undefined) {
      await writeHostState(site, name, onHost, update);
      continue;
    }
    const old = state.get(name);
    const declared = [...state.keys(), ...Object.keys(hostState)].join(", ");
    demandReturned(site, old !== undefined, `an update of ${name}`, `updates of the declared state: ${declared}`);
    let next: TensorLike;
    if ("value" in update) next = update.value;
    else {
      next = withRows(old!, update.rows, update.values);
      disposeAll([update.rows, update.values]);
    }
    const fits = next.shape.join() === old!.shape.join();
    demandReturned(site, fits, `${name} of shape [${next.shape.join(",")}]`, `shape [${old!.shape.join(",")}]`);
    state.set(name, next);
    old!.dispose();
  }
}

async function writeHostState(site: HookSite, name: string, { shape, values }: HostState, update: StateUpdate): Promise<void> {
  const whole = "value" in update;
  const given = whole ? update.value : update.values;
  const expected = whole ? shape : [update.rows.shape[0], ...shape.slice(1)];
  demandReturned(site, given.shape.join() === expected.join(), `${name} of shape [${given.shape.join(",")}]`, `shape [${expected.join(",")}]`);
  const numbers = await read(given);
  if (whole) values.set(numbers);
  else {
    const rows = await read(update.rows);
    const size = values.length / shape[0]!;
    rows.forEach((row, place) => values.set(numbers.subarray(place * size, (place + 1) * size), row * size));
    update.rows.dispose();
  }
  given.dispose();
}
