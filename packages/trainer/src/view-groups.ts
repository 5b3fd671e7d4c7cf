import type { ExtraView, Model, ModelOutputs, TensorLike } from "@kdf/core";
import { concatenate, split } from "@kdf/tensor";

/** A view's images, before any model saw them. */
export interface ViewImages {
  readonly id: string;
  readonly images: TensorLike;
  /** Views of one norm group are one batch for the batch norm. */
  readonly normGroup: string;
}

export function normGroupOf(view: ExtraView): string {
  return view.normGroup ?? view.id;
}

/**
 * Forwards several views at once: one convolution for all, a batch norm for each group. Running statistics update in
 * the order in which the groups first appear. To be called inside a scope: what it makes is the scope's.
 */
export function forwardViews(
  model: Model,
  views: readonly ViewImages[],
  options: { readonly training: boolean; readonly taps: readonly string[] },
): Record<string, ModelOutputs> {
  if (views.length === 0) return {};
  const groups = new Map<string, ViewImages[]>();
  for (const view of views) groups.set(view.normGroup, [...(groups.get(view.normGroup) ?? []), view]);
  const ordered = [...groups.values()].flat();
  const rows = (view: ViewImages): number => view.images.shape[0] ?? 0;
  const images = ordered.length === 1 ? ordered[0]!.images : concatenate(ordered.map((view) => view.images));
  const normGroups = [...groups.values()].map((group) => group.reduce((sum, view) => sum + rows(view), 0));
  const outputs = model.forward(images, { ...options, normGroups });
  if (ordered.length === 1) return { [ordered[0]!.id]: outputs };
  const sizes = ordered.map(rows);
  const logits = split(outputs.logits, sizes);
  const taps = Object.entries(outputs.taps).map(([name, tap]) => [name, split(tap, sizes)] as const);
  return Object.fromEntries(
    ordered.map((view, position) => [
      view.id,
      {
        logits: logits[position]!,
        taps: Object.fromEntries(taps.map(([name, parts]) => [name, parts[position]!])),
      },
    ]),
  );
}
