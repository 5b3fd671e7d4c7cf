import { scaffoldKindUnknown } from "@kdf/core";

/** The kinds of plugin that have a template, with what stands for each at a prompt. */
export const templateKinds = {
  augmenter: "makes new training images of a batch",
  distiller: "says how the student learns from the teacher",
  metric: "measures something over a run",
  dataset: "gives labelled images",
  network: "an architecture to train",
} as const;

export type TemplateKind = keyof typeof templateKinds;

const known = Object.keys(templateKinds) as TemplateKind[];

/** Throws KDF_SCAFFOLD_KIND_UNKNOWN with the nearest kind. */
export function demandKind(kind: string): TemplateKind {
  if ((known as string[]).includes(kind)) return kind as TemplateKind;
  throw scaffoldKindUnknown({ kind, known });
}
