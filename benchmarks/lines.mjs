// Lines of TypeScript that ship, for each room and plugin: all lines, tests and what only tests use left out.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { begin, repository, writeResult } from "./lib/result.mjs";

/** Rooms and files that must stay small. */
const bars = { "packages/core": 1500 };
const fileBars = { "packages/trainer/src/training-loop.ts": 350 };
const augmenterBar = 120;

const foldersIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path.endsWith(join("src", "testing")) ? [] : filesIn(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const linesOf = (file) => readFileSync(file, "utf8").trimEnd().split("\n").length;
const name = (path) => relative(repository, path).replaceAll("\\", "/");

const circumstances = begin();
const rooms = {};
for (const folder of [...foldersIn(join(repository, "packages")), ...foldersIn(join(repository, "plugins")).flatMap(foldersIn)]) {
  if (!existsSync(join(folder, "src"))) continue;
  const files = filesIn(join(folder, "src")).map((file) => ({ file: name(file), lines: linesOf(file) }));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const largest = files.reduce((most, file) => (file.lines > most.lines ? file : most));
  const room = name(folder);
  const bar = bars[room] ?? (room.startsWith("plugins/augmenters/") ? augmenterBar : undefined);
  rooms[room] = { files: files.length, lines, largest, ...(bar && { bar, holds: lines < bar }) };
}
const files = Object.fromEntries(
  Object.entries(fileBars).map(([file, bar]) => {
    const lines = linesOf(join(repository, file));
    return [file, { lines, bar, holds: lines < bar }];
  }),
);
const total = Object.values(rooms).reduce((sum, room) => sum + room.lines, 0);
writeResult("lines", circumstances, { total, rooms, files });
