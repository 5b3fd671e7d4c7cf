import type { StateUpdate, TensorLike } from "@kdf/core";
import { disposeAll, withRows } from "@kdf/tensor";
import { demandReturned, type HookSite } from "./hook.js";

/** Replaces the state tensors that a distiller updated. Owns `updates` from here on. */
export function applyStateUpdates(
  site: HookSite,
  state: Map<string, TensorLike>,
  updates: Readonly<Record<string, StateUpdate>>,
): void {
  for (const [name, update] of Object.entries(updates)) {
    const old = state.get(name);
    demandReturned(site, old !== undefined, `an update of ${name}`, `updates of the declared state: ${[...state.keys()].join(", ")}`);
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
