import { failure, refusal } from "./error.js";
import { didYouMean, listed } from "./nearest.js";

export const pluginNotFound = refusal(
  "KDF_PLUGIN_NOT_FOUND",
  (d: { name: string; tried: readonly string[]; directory: string; installed: readonly string[] }) => ({
    happened: `No plugin ${d.name} is installed.${didYouMean(d.name, d.installed)}`,
    expected: d.tried.length === 0 ? "a short name, a package name or ./folder" : `${d.tried.join(" or ")} in ${d.directory}`,
    fix: `${d.tried[0] === undefined ? "" : `npm install ${d.tried[0]}, or `}name one of the installed: ${listed(d.installed)}`,
  }),
);

export const pluginNotDeclared = refusal("KDF_PLUGIN_NOT_DECLARED", (d: { package: string; project: string }) => ({
  happened: `${d.package} is installed, but ${d.project} does not declare it.`,
  expected: "a plugin that the project's package.json lists, or that a listed preset or plugin has as a peer",
  fix: `npm install ${d.package}`,
}));

export const pluginIsProject = refusal("KDF_PLUGIN_IS_PROJECT", (d: { name: string; package: string; directory: string }) => ({
  happened: `${d.name} is the plugin that you are in: ${d.package}, in ${d.directory}. No package depends on itself.`,
  expected: "a plugin in its own folder by the folder, not by its name",
  fix: "in that folder write . for it: --plugin . (or kdf plugins why .)",
}));

export const pluginNoManifest = refusal("KDF_PLUGIN_NO_MANIFEST", (d: { package: string; problem: string }) => ({
  happened: `${d.package} has no usable "kdf" field in its package.json: ${d.problem}.`,
  expected: '"kdf": {"manifest": 1, "id": "…", "provides": ["kind:id"]}',
  fix: "ask the plugin's author for a version with a manifest, or remove it from --plugin",
}));

export const pluginIncompatible = refusal(
  "KDF_PLUGIN_INCOMPATIBLE",
  (d: { package: string; version: string; range: string; core: string }) => ({
    happened: `${d.package} ${d.version} does not fit @kdf/core ${d.core}: its peer range is ${d.range}.`,
    expected: "a peer range with a fixed major version that includes the installed core",
    fix: `npm install ${d.package}@latest, or install a core that satisfies ${d.range}`,
  }),
);

export const pluginAmbiguous = refusal(
  "KDF_PLUGIN_AMBIGUOUS",
  (d: { name: string; candidates: readonly string[] }) => ({
    happened: `${d.name} may mean ${d.candidates.join(" or ")}: both are installed.`,
    expected: "one candidate",
    fix: `write the full name, for example --plugin ${d.candidates[0] ?? d.name}`,
  }),
);

export const pluginDuplicateId = refusal(
  "KDF_PLUGIN_DUPLICATE_ID",
  (d: { contribution: string; packages: readonly string[] }) => ({
    happened: `${d.packages.join(" and ")} both provide ${d.contribution}.`,
    expected: "ids that are unique per kind",
    fix: "load one of them only",
  }),
);

export const pluginBadExport = refusal("KDF_PLUGIN_BAD_EXPORT", (d: { package: string; problem: string }) => ({
  happened: `${d.package} does not export a plugin: ${d.problem}.`,
  expected: "a default export made by definePlugin({...}) that provides what the manifest says",
  fix: "reinstall the package, or ask its author for a working version",
}));

export const pluginMismatch = refusal(
  "KDF_PLUGIN_MISMATCH",
  (d: { package: string; manifest: readonly string[]; exported: readonly string[] }) => ({
    happened: `${d.package} says it provides ${listed(d.manifest)}, but exports ${listed(d.exported)}.`,
    expected: "the same in package.json and in the code",
    fix: "ask the plugin's author to correct the manifest",
  }),
);

export const pluginRequiresMissing = refusal(
  "KDF_PLUGIN_REQUIRES_MISSING",
  (d: { package: string; missing: readonly string[]; install: readonly string[] }) => ({
    happened: `${d.package} needs ${listed(d.missing)}, which no installed plugin provides.`,
    expected: "the plugins that its manifest requires, installed beside it",
    fix: `npm install ${d.install.join(" ")}`,
  }),
);

export const coreDuplicated = refusal("KDF_CORE_DUPLICATED", (d: { package: string; paths: readonly string[] }) => ({
  happened: `${d.package} brings a second @kdf/core: ${d.paths.join(" and ")}.`,
  expected: "one copy of @kdf/core, which plugins have as a peer",
  fix: "run the project's own kdf (npx kdf), or npm dedupe, or reinstall the plugin without its own copy",
}));

export const tensorDuplicated = refusal("KDF_TENSOR_DUPLICATED", (d: { package: string; paths: readonly string[] }) => ({
  happened: `${d.package} brings a second @kdf/tensor: ${d.paths.join(" and ")}.`,
  expected: "one copy of @kdf/tensor, which plugins have as a peer: an engine that runs in one copy is unknown to the other",
  fix: "npm dedupe, or reinstall the plugin without its own copy",
}));

export const pluginPeerUnmet = failure(
  "KDF_PLUGIN_PEER_UNMET",
  (d: { package: string; peer: string; range: string; found: string | undefined }) => ({
    happened: `${d.package} needs ${d.peer} ${d.range}, ${d.found === undefined ? "which is not installed" : `but ${d.found} is installed`}.`,
    expected: "the packages that a plugin or preset names as its peers, in the versions that it names",
    fix: `npm install ${d.peer}${d.found === undefined ? "" : `@"${d.range}"`}`,
  }),
);

export const contributionUnknown = refusal(
  "KDF_CONTRIBUTION_UNKNOWN",
  (d: { kind: string; id: string; known: readonly string[] }) => ({
    happened: `No installed plugin provides the ${d.kind} ${d.id}.${didYouMean(d.id, d.known)}`,
    expected: `one of: ${listed(d.known)}`,
    fix: `choose one of the above, or npm install a plugin that provides ${d.kind}:${d.id}`,
  }),
);

export const pluginCycle = refusal("KDF_PLUGIN_CYCLE", (d: { chain: readonly string[] }) => ({
  happened: `A contribution asks for itself: ${d.chain.join(" asks for ")}.`,
  expected: "contributions that use others than themselves",
  fix: "name another one in the option that chooses it",
}));

export const pluginThrew = failure(
  "KDF_PLUGIN_THREW",
  (d: { plugin: string; hook: string; where: string; message: string }) => ({
    happened: `${d.plugin} failed in ${d.hook} (${d.where}): ${d.message}`,
    expected: "a hook that returns",
    fix: "report it to the plugin's author, with the run's run.json; the last checkpoint can be resumed",
  }),
);

export const pluginLeaked = failure(
  "KDF_PLUGIN_LEAKED",
  (d: { plugin: string; hook: string; where: string; tensors: number }) => ({
    happened: `${d.plugin} left ${d.tensors} tensors behind in ${d.hook} (${d.where}).`,
    expected: "a hook that disposes all but what it returns",
    fix: "report it to the plugin's author; the last checkpoint can be resumed",
  }),
);

export const pluginReturned = failure(
  "KDF_PLUGIN_RETURNED",
  (d: { plugin: string; hook: string; got: string; expected: string }) => ({
    happened: `${d.plugin} returned ${d.got} from ${d.hook}.`,
    expected: d.expected,
    fix: "report it to the plugin's author",
  }),
);

export const planInvalid = refusal("KDF_PLAN_INVALID", (d: { augmenter: string; problem: string }) => ({
  happened: `The plan does not fit the augmenter ${d.augmenter}: ${d.problem}.`,
  expected: "a plan that this augmenter drew for a batch of the same shape",
  fix: "replay it on the images that it was drawn for, or draw a new one with --seed",
}));

export const observationIncomplete = failure(
  "KDF_OBSERVATION_INCOMPLETE",
  (d: { metric: string; missing: string }) => ({
    happened: `The metric ${d.metric} was given a step without ${d.missing}.`,
    expected: "the outputs that the metric says it reads",
    fix: `leave ${d.metric} out of \`metrics\`, or name a --teacher where it reads the teacher`,
  }),
);

export const containerMisuse = failure("KDF_CONTAINER_MISUSE", (d: { token: string; problem: string }) => ({
  happened: `The container cannot serve ${d.token}: ${d.problem}.`,
  expected: "each token registered once, in the container of its scope, before it is asked for",
  fix: "register it in the host's composition",
}));
