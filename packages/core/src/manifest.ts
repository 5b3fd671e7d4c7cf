import { z } from "zod";
import { kinds } from "./plugin.js";

const contribution = z
  .string()
  .regex(new RegExp(`^(${kinds.join("|")}):[a-z0-9][a-z0-9._-]*$`), `expected kind:id, kind one of ${kinds.join(", ")}`);

const settings = z.record(z.string(), z.unknown());

/** Defaults of a training under a name (`--recipe`), each with where it is published. */
export const recipeSchema = z.strictObject({
  summary: z.string(),
  /** Where its numbers stand. */
  source: z.string(),
  /** Values of the configuration. */
  settings,
  /** What other values it has for some students, over `settings`. */
  students: z.array(z.strictObject({ networks: z.array(z.string()).min(1), settings })).default([]),
});
export type RecipeManifest = z.infer<typeof recipeSchema>;

/** The `kdf` field of a plugin's package.json: read before any of its code runs. */
export const manifestSchema = z
  .strictObject({
    manifest: z.literal(1),
    id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, dots and hyphens"),
    provides: z.array(contribution).default([]),
    /** Contributions of other plugins that this one asks for by default; their packages are its peers. */
    requires: z.array(contribution).default([]),
    /**
     * The teachers of this plugin that open files, which they take as their option `file`: by the ending of the file's name
     * (`.onnx`), or by the name of a file in the folder that is meant (`saved_model.pb`).
     */
    opens: z.record(z.string().regex(/^[.]?[A-Za-z0-9_][A-Za-z0-9._-]*$/), contribution).default({}),
    /** A preset: defaults of `kdf train`, and no code. */
    preset: settings.optional(),
    /** Recipes by name; they need no code either. */
    recipes: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/), recipeSchema).optional(),
    /** A preset's file of results that its runs are compared with, relative to the package. */
    baselines: z.string().optional(),
  })
  .refine(({ opens, provides }) => Object.values(opens).every((teacher) => teacher.startsWith("teacher:") && provides.includes(teacher)), {
    path: ["opens"],
    message: "expected teachers that the plugin provides",
  });

export type Manifest = z.infer<typeof manifestSchema>;
