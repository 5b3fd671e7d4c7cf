import type { TemplateKind } from "./template-kinds.js";

/** How a plugin is tried in its own folder, where `--plugin .` makes it known. */
const trial: Readonly<Record<TemplateKind, (id: string) => string>> = {
  augmenter: (id) => `npx kdf rank --plugin . --augmenters identity,${id}`,
  distiller: (id) => `npx kdf train --plugin . --distiller ${id}`,
  metric: (id) => `npx kdf train --plugin . --set "metrics=[top-1,${id}]"`,
  dataset: (id) => `npx kdf train --plugin . --dataset ${id} --no-teacher`,
  network: (id) => `npx kdf train --plugin . --student ${id}`,
};

/** The three commands to type next, from where the folder was made: install, test, see what it does. */
export function nextSteps(kind: TemplateKind, id: string, directory: string): readonly [string, string, string] {
  const folder = /^[\w@./-]+$/.test(directory) ? directory : `"${directory}"`;
  return [`cd ${folder} && npm install`, "npm test", `npm run build && ${trial[kind](id)}`];
}
