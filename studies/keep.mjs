// Copies what of a study's folder is worth keeping beside its protocol: the report, and of each finished task what it was
// given, how it ended and its epochs. Weights are kept of teachers and frozen students alone, which cells still need: a copy
// that lacks cells can be gone on with (`kdf study FILE --run-dir COPY`).
//   node studies/keep.mjs FOLDER COPY DATA
// DATA is the folder that was given as --data-dir. Both folders' paths become "." and "DATA": they are a machine's own.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

const [from, to, data] = process.argv.slice(2).map((path) => resolve(path));
if (data === undefined) {
  process.stderr.write("usage: node keep.mjs FOLDER COPY DATA\n");
  process.exit(2);
}

const withoutPaths = (text) => text.replaceAll(from, ".").replaceAll(data, "DATA");

function keepText(file, change = (text) => text) {
  const place = join(to, relative(from, file));
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, withoutPaths(change(readFileSync(file, "utf8"))));
}

/** All lines but those of single steps. */
const epochsAlone = (text) => text.split("\n").filter((line) => !line.startsWith('{"type":"step"')).join("\n");

/** The checkpoint that a teacher or a frozen student is read from: its weights, without the optimizer's state. */
function keepWeights(run) {
  const checkpoint = ["best", "last"].map((name) => join(run, "checkpoints", name)).find((folder) => existsSync(join(folder, "state.json")));
  keepText(join(checkpoint, "state.json"));
  const { files } = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8"));
  cpSync(join(checkpoint, files.student), join(to, relative(from, checkpoint), files.student));
}

for (const name of ["study.json", "report.html"]) keepText(join(from, name));
// A study of which too little is done has no plots.
for (const plot of existsSync(join(from, "plots")) ? readdirSync(join(from, "plots")) : []) keepText(join(from, "plots", plot));
for (const outcome of readdirSync(from, { recursive: true }).filter((path) => basename(path) === "outcome.json")) {
  const task = dirname(join(from, outcome));
  if (JSON.parse(readFileSync(join(from, outcome), "utf8")).state !== "done") continue;
  for (const name of ["outcome.json", "task.json", "config.yaml", "run/run.json", "run/report.html"]) {
    if (existsSync(join(task, name))) keepText(join(task, name));
  }
  if (existsSync(join(task, "run/metrics.jsonl"))) keepText(join(task, "run/metrics.jsonl"), epochsAlone);
  if (/^(teachers|frozen-students)\//.test(outcome)) keepWeights(join(task, "run"));
}
