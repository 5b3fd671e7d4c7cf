import { configurationInvalid, configurationSchema, recipeUnknown, type RecipeManifest } from "@kdf/core";
import { merge, type Values } from "./merge.js";
import { shortName } from "./candidate-names.js";
import type { PluginIndex } from "./plugin-index.js";

/** Settings under a name, from the manifest of a plugin. */
export interface Recipe extends RecipeManifest {
  readonly id: string;
  readonly package: string;
}

/** The recipes of all plugins that may be used. */
export function recipes(index: PluginIndex): readonly Recipe[] {
  return index.plugins
    .filter(({ refusal }) => refusal === undefined)
    .flatMap((plugin) => Object.entries(plugin.manifest?.recipes ?? {}).map(([id, recipe]) => ({ ...recipe, id, package: plugin.package })));
}

/** The recipe of this name; none for null. KDF_RECIPE_UNKNOWN; KDF_CONFIGURATION_INVALID for what is no name, and for two of one name. */
export function chooseRecipe(name: unknown, index: PluginIndex): Recipe | undefined {
  if (name === null || name === undefined) return undefined;
  const all = recipes(index);
  const found = all.filter(({ id }) => id === name);
  if (typeof name !== "string") throw problem("expected the name of a recipe, or null");
  if (found.length > 1) throw problem(`${found.map((recipe) => shortName(recipe.package)).join(" and ")} both have one of the name ${name}`);
  if (found[0] === undefined) throw recipeUnknown({ name, known: [...new Set(all.map(({ id }) => id))] });
  return found[0];
}

/** A recipe's settings for a student: its own, and over them those that it has for this network. */
export function recipeSettings(recipe: Recipe, student: unknown): Values {
  const own = recipe.students.filter(({ networks }) => networks.includes(student as string)).map(({ settings }) => settings);
  return [recipe.settings, ...own].reduce<Values>(merge, {});
}

function problem(message: string): Error {
  return configurationInvalid({ source: "recipe", problems: [{ path: "recipe", message }], known: Object.keys(configurationSchema.shape) });
}
