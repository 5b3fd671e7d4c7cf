// What each package weighs: packed, unpacked, and unpacked with all that it brings; and what a quick start installs.
// Packs what is built and installs the tarballs with npm in temporary folders, without install scripts. Needs npm's
// registry or cache. Bytes are those of the files, not of the disk's blocks.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, lstatSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inTemporaryFolder } from "./lib/command.mjs";
import { begin, repository, writeResult } from "./lib/result.mjs";

const bar = 60e6;
const quickStart = ["@kdf/cli", "@kdf/plugin-quickstart", "@kdf/plugin-cutmixpick"];

/** Without what `npm run` sets, which would make the other npm believe it works in this repository. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
const npm = (parameters, cwd) => execFileSync("npm", parameters, { cwd, env: environment, encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] });
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

function published() {
  const within = (folder) => readdirSync(join(repository, folder)).map((name) => `${folder}/${name}`);
  return [...within("packages"), ...within("plugins").flatMap(within)].filter((folder) => existsSync(join(repository, folder, "package.json")));
}

/** Bytes of all files below a folder; links are not followed. */
function bytesIn(folder, skip = () => false) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (skip(path)) return sum;
    return sum + (entry.isDirectory() ? bytesIn(path, skip) : lstatSync(path).size);
  }, 0);
}

/** Installs some of the packed packages; the others are taken from their tarballs too wherever they are needed. */
function install(names, tarballs, folder) {
  const taken = (wanted) => Object.fromEntries([...tarballs].filter(([name]) => wanted(name)).map(([name, { file }]) => [name, `file:${file}`]));
  const json = { name: "measured", private: true, dependencies: taken((name) => names.includes(name)), overrides: taken((name) => !names.includes(name)) };
  writeFileSync(join(folder, "package.json"), JSON.stringify(json));
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], folder);
  return join(folder, "node_modules");
}

/** The folder of a package as another one's code would find it. */
function find(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
    if (dirname(at) === at) return undefined;
  }
}

/** Folders of a package and of all that it needs: dependencies and peers, without optional ones. */
function closure(folder, seen = new Set()) {
  if (folder === undefined || seen.has(folder)) return seen;
  seen.add(folder);
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {}, optionalDependencies = {} } = readJson(join(folder, "package.json"));
  const needed = [...Object.keys(dependencies), ...Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)];
  for (const name of needed) if (!(name in optionalDependencies)) closure(find(name, folder), seen);
  return seen;
}

const isTensorflow = (folder) => /node_modules[/\\]@tensorflow([/\\]|$)/.test(folder);
/** A package's own files: what it nests is a package of its own. */
const own = (folder) => bytesIn(folder, (path) => path === join(folder, "node_modules"));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const circumstances = begin();
await inTemporaryFolder(async (place) => {
  const folders = Object.fromEntries(["tarballs", "all", "quick-start"].map((name) => [name, join(place, name)]));
  for (const folder of Object.values(folders)) execFileSync("mkdir", [folder]);
  const packed = JSON.parse(npm(["pack", ...published().map((folder) => `./${folder}`), "--json", "--pack-destination", folders.tarballs], repository));
  const tarballs = new Map(packed.map(({ name, filename, size, unpackedSize }) => [name, { file: join(folders.tarballs, filename), size, unpackedSize }]));

  const all = install([...tarballs.keys()], tarballs, folders.all);
  const weigh = new Map();
  const weightOf = (folder) => weigh.get(folder) ?? weigh.set(folder, own(folder)).get(folder);
  const packages = [...tarballs].map(([name, { size, unpackedSize }]) => {
    const needed = [...closure(realpathSync(join(all, name)))];
    return {
      name,
      packed: size,
      unpacked: unpackedSize,
      withDependencies: sum(needed.map(weightOf)),
      withoutTensorflow: sum(needed.filter((folder) => !isTensorflow(folder)).map(weightOf)),
    };
  });

  const installed = install(quickStart, tarballs, folders["quick-start"]);
  const total = bytesIn(installed);
  const tensorflow = bytesIn(join(installed, "@tensorflow"));
  const rest = total - tensorflow;
  const top = readdirSync(installed).flatMap((name) => (name.startsWith("@") ? readdirSync(join(installed, name)).map((below) => `${name}/${below}`) : [name]));
  const largest = top
    .filter((name) => !name.startsWith("@tensorflow/") && !name.startsWith("."))
    .map((name) => ({ name, bytes: bytesIn(join(installed, name)) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 10);
  writeResult("install-size", circumstances, {
    unit: "bytes",
    quickStart: { packages: quickStart, installed: top.length, total, tensorflow, withoutTensorflow: rest, bar, holds: rest < bar, largest },
    packages,
  });
});
