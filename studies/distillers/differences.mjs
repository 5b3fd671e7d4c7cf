// What protocol.md counts, from a study's study.json, as CSV on standard output.
//   node studies/distillers/differences.mjs runs/distillers/study.json
import { readFileSync } from "node:fs";
import { pairedDifference } from "@kdf/analysis";

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node differences.mjs STUDY.JSON\n");
  process.exit(2);
}
const { cells } = JSON.parse(readFileSync(file, "utf8"));

/** Of top-1, as the protocol says. */
const margin = 0.005;
const arms = { "equal epochs": "", "equal time": "-same-time" };
const outcomes = ["top-1", "loss"];

/** By seed, of the students that are done. */
function values(pair, augmenter, outcome) {
  const done = cells.filter((cell) => cell.pair === pair && cell.augmenter === augmenter && cell.state === "done");
  return new Map(done.map(({ seed, final }) => [seed, final[outcome]]));
}

function verdict({ low, high }) {
  if (high < 0) return "falls short";
  if (low > 0) return "exceeds";
  return low >= -margin ? "reaches" : "undecided";
}

const rows = Object.entries(arms).flatMap(([arm, suffix]) =>
  ["crd", "sskd", "dkd", "kd"].flatMap((other) =>
    outcomes.map((outcome) => {
      const found = pairedDifference(values("kd", "cutmixpick", outcome), values(`${other}${suffix}`, "none", outcome));
      if (!found) return [arm, other, outcome, "", "", "", "", "missing"];
      const counts = outcome === "top-1" && other !== "kd";
      return [arm, other, outcome, found.mean, found.low, found.high, found.seeds, counts ? verdict(found) : ""];
    }),
  ),
);
const head = ["arm", "other", "outcome", "difference", "low", "high", "seeds", "verdict"];
process.stdout.write([head, ...rows].map((row) => `${row.join(",")}\n`).join(""));
