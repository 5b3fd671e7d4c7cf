import type { Readable, Writable } from "node:stream";
import { cancel, isCancel, select, text } from "@clack/prompts";
import { isKdfError } from "@kdf/core";
import { pluginName } from "./plugin-name.js";
import { templateKinds } from "./template-kinds.js";

/** Asks at the terminal for what was not given. undefined when the person leaves. */
export async function ask(
  given: { readonly kind?: string; readonly id?: string },
  terminal: { readonly input: Readable; readonly output: Writable } = { input: process.stdin, output: process.stdout },
): Promise<{ kind: string; id: string } | undefined> {
  const kind = given.kind ?? (await select({ message: "What kind of plugin?", options: choices, ...terminal }));
  const question = { message: "Its id?", placeholder: "brighten", validate: idProblem, ...terminal };
  const id = isCancel(kind) ? kind : (given.id ?? (await text(question)));
  if (isCancel(kind) || isCancel(id)) {
    cancel("Nothing was written.", terminal);
    return undefined;
  }
  return { kind, id };
}

const choices = Object.entries(templateKinds).map(([value, hint]) => ({ value, label: value, hint }));

function idProblem(id: string | undefined): string | undefined {
  try {
    pluginName(id ?? "");
    return undefined;
  } catch (error) {
    if (isKdfError(error)) return error.explanation.happened;
    throw error;
  }
}
