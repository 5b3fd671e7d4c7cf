import { refusal } from "./error.js";
import { didYouMean, listed } from "./nearest.js";

export const scaffoldKindUnknown = refusal(
  "KDF_SCAFFOLD_KIND_UNKNOWN",
  (d: { kind: string; known: readonly string[] }) => ({
    happened: `There is no template for the kind ${d.kind}.${didYouMean(d.kind, d.known)}`,
    expected: `one of: ${listed(d.known)}`,
    fix: "name one of these kinds",
  }),
);

/** `what`: `id` or `scope`. */
export const scaffoldNameInvalid = refusal(
  "KDF_SCAFFOLD_NAME_INVALID",
  (d: { what: string; name: string; problem: string; expected: string; instead: string | undefined }) => ({
    happened: `A plugin cannot have the ${d.what} ${JSON.stringify(d.name)}: ${d.problem}.`,
    expected: d.expected,
    fix: d.instead === undefined ? `choose another ${d.what}` : `choose another ${d.what}, for example ${d.instead}`,
  }),
);

/** `what`: a contribution as `kind:id`, or a name that `--plugin` understands. */
export const scaffoldIdTaken = refusal("KDF_SCAFFOLD_ID_TAKEN", (d: { what: string; package: string; fix: string }) => ({
  happened: `${d.what} is taken by ${d.package}.`,
  expected: "an id that no plugin of kdf and none of this project has for the same kind, nor as its name",
  fix: d.fix,
}));

export const scaffoldExists = refusal("KDF_SCAFFOLD_EXISTS", (d: { directory: string }) => ({
  happened: `${d.directory} exists already, and nothing in it was touched.`,
  expected: "a folder that does not exist yet",
  fix: "name another one with --directory, or move this one away",
}));

export const scaffoldUnwritable = refusal(
  "KDF_SCAFFOLD_UNWRITABLE",
  (d: { directory: string; problem: string }) => ({
    happened: `${d.directory} cannot be written: ${d.problem}.`,
    expected: "a place where you may make folders",
    fix: "name another one with --directory",
  }),
);

export const scaffoldIncomplete = refusal("KDF_SCAFFOLD_INCOMPLETE", (d: { missing: readonly string[]; usage: string }) => ({
  happened: `The ${d.missing.join(" and the ")} ${d.missing.length === 1 ? "is" : "are"} missing, and there is no terminal to ask at.`,
  expected: d.usage,
  fix: "give both, for example: npm create @kdf/plugin augmenter brighten",
}));
