const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Who may import whom. What is not listed here is forbidden; the names of the rules are the sentences to read. */
const rooms = {
  core: [],
  tensor: ["core"],
  // Files that are not trusted (docs/adr/0009): archives, and pickles, of which a PyTorch checkpoint is one.
  formats: ["core"],
  nn: ["core", "tensor", "formats"],
  data: ["core", "tensor", "formats"],
  host: ["core"],
  trainer: ["core", "tensor", "nn", "data", "host"],
  analysis: ["core"],
  cli: ["core", "tensor", "nn", "data", "host", "trainer", "analysis", "create-plugin"],
  testing: ["core", "tensor", "nn", "host"],
  "create-plugin": ["core", "host"],
  // What two engines share (docs/adr/0007).
  libtensorflow: ["core", "tensor", "data"],
  // What data sets of image files share (docs/adr/0009).
  images: ["core", "data", "formats"],
};
const pluginsMayImport = ["core", "tensor", "nn", "data"];
const enginesMayImport = [...pluginsMayImport, "libtensorflow"];
const datasetsMayImport = [...pluginsMayImport, "formats", "images"];

/** A room's own tests may import testing too. */
const test = "[.]test[.]ts$";
const listed = (names) => (names.length === 0 ? "no other room" : `only ${names.join(", ")}`);
/** What create-plugin writes: plugins, before they have a name. */
const templates = "packages/create-plugin/templates/";
const packages = (names) => `^packages/(${names.join("|")})/`;

const roomRules = Object.entries(rooms).flatMap(([room, may]) => [
  {
    name: `${room} imports ${listed(may)}`,
    severity: "error",
    from: { path: `^packages/${room}/`, pathNot: [test, templates] },
    to: { path: "^(packages|plugins)/", pathNot: packages([room, ...may]) },
  },
  {
    name: `tests of ${room} import ${listed([...may, "testing"])}`,
    severity: "error",
    from: { path: `^packages/${room}/.*${test}`, pathNot: templates },
    to: { path: "^(packages|plugins)/", pathNot: packages([room, ...may, "testing"]) },
  },
]);

const pluginRules = [
  {
    name: "a plugin never imports another plugin",
    comment: "What a plugin needs of another it asks of context.create(kind, id, options).",
    severity: "error",
    from: { path: "^plugins/([^/]+/[^/]+)/" },
    to: { path: "^plugins/", pathNot: "^plugins/$1/" },
  },
  ...[
    ["a plugin", `^(plugins/(?!engines/|datasets/)|${templates})`, pluginsMayImport],
    ["an engine", "^plugins/engines/", enginesMayImport],
    ["a data set", "^plugins/datasets/", datasetsMayImport],
  ].flatMap(([what, path, may]) => [
    {
      name: `${what} imports only ${may.join(", ")}`,
      severity: "error",
      from: { path, pathNot: test },
      to: { path: "^packages/", pathNot: [packages(may), templates] },
    },
    {
      name: `tests of ${what} import only ${[...may, "testing"].join(", ")}`,
      severity: "error",
      from: { path: `${path}.*${test}` },
      to: { path: "^packages/", pathNot: [packages([...may, "testing"]), templates] },
    },
  ]),
];

/** Source files that a package.json exports: the only ones that another package may import. */
function entryPoints() {
  const within = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  const folders = [...within("packages"), ...within("plugins").flatMap(within), ...within("examples")];
  return folders.flatMap((folder) => {
    const file = join(folder, "package.json");
    if (!existsSync(file)) return [];
    return Object.values(JSON.parse(readFileSync(file, "utf8")).exports ?? {})
      .map((entry) => entry.default ?? entry)
      .map((entry) => join(folder, entry).replaceAll("\\", "/").replace("/dist/", "/(src|dist)/").replace(/[.]js$/, "[.](ts|js|d[.]ts)"))
      .map((path) => `^${path}$`);
  });
}

const libraryRules = [
  {
    name: "only core's facade imports the container library",
    severity: "error",
    from: { pathNot: "^packages/core/src/di[.]ts$" },
    to: { path: "(^|node_modules/)(tsyringe|reflect-metadata)(/|$)" },
  },
  {
    name: "only tensor, libtensorflow, engines and teachers import TensorFlow",
    severity: "error",
    from: { pathNot: "^(packages/(tensor|libtensorflow)|plugins/(engines|teachers))/" },
    to: { path: "(^|node_modules/)@tensorflow/" },
  },
  {
    name: "only images imports the image decoder",
    comment: "It is native and has 20 MB: who needs no image files must not install it.",
    severity: "error",
    from: { pathNot: "^packages/images/" },
    to: { path: "(^|node_modules/)sharp(/|$)" },
  },
];

const generalRules = [
  {
    name: "a package is entered only through what it exports",
    severity: "error",
    from: { path: "^((packages|examples)/[^/]+|plugins/[^/]+/[^/]+|test|benchmarks|tools)/" },
    to: { path: "^(packages/[^/]+|plugins/[^/]+/[^/]+|examples/[^/]+)/", pathNot: ["^$1/", ...entryPoints()] },
  },
  {
    name: "no code that ships imports a test",
    severity: "error",
    from: { path: "^(packages|plugins)/", pathNot: test },
    to: { path: test },
  },
  { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
  {
    name: "every import resolves",
    severity: "error",
    // A third party's plugin, whose dependencies are installed with it, elsewhere.
    from: { pathNot: "^test/ecosystem/acme/" },
    // `dist` is made by the build, and the rules hold without one.
    to: { couldNotResolve: true, pathNot: "dist/" },
  },
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [...roomRules, ...pluginRules, ...libraryRules, ...generalRules],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    // Not `exclude`: an excluded target hides the import itself, and with it the violation.
    doNotFollow: { path: ["node_modules", "dist/"] },
    exclude: { path: "^plugins/engines/wasm/assembly/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
