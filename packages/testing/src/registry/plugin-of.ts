import { definePlugin, type Contributions, type Kind, type OptionsSchema, type Plugin } from "@kdf/core";

export type Things = { readonly [K in Kind]?: Readonly<Record<string, (options: unknown) => Contributions[K] | Promise<Contributions[K]>>> };

const anyOptions: OptionsSchema = {
  "~standard": { version: 1, vendor: "kdf-testing", validate: (value) => ({ value }) },
};

/** A plugin from functions that make things, for tests that hold the things in their hands. Takes any options. */
export function pluginOf(id: string, things: Things): Plugin {
  const provides = Object.fromEntries(
    Object.entries(things).map(([kind, makers]) => [
      kind,
      Object.fromEntries(
        Object.entries(makers).map(([name, create]) => [name, { summary: `${name} of a test`, options: anyOptions, create }]),
      ),
    ]),
  );
  return definePlugin({ id, provides });
}
