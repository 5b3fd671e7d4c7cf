import { formatCell } from "../output/format.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable, formatTables } from "../output/table.js";
import type { ComparedAugmenter, ComparedRanking } from "./rank-comparison.js";

/** A ranking for a terminal: values with their intervals, drawn where there is room, and which differences are noise. */
export function rankingText({ rows, by, steps, batchSize, secondsOriginal, warnings }: ComparedRanking, columns: number): string {
  const cell = ({ results }: ComparedAugmenter, key: string): string => formatCell(key, results[key]);
  const settings = new Set(rows.flatMap((row) => Object.keys(row.settings)));
  const others = Object.keys(rows[0]?.results ?? {}).filter((key) => key !== by.key);
  // What is the same for all is said once, below: the table stays narrow.
  const [first] = rows;
  const common = rows.length < 2 ? [] : others.filter((key) => rows.every((row) => cell(row, key) === cell(first!, key)));
  const shown = others.filter((key) => !common.includes(key) && (!settings.has(key) || rows.length < 2));
  const missing = rows.some(({ results }) => typeof results[by.key] !== "number");
  const notes = [
    `Best first: ${by.better} ${by.key} is better.${missing ? ` Where it is missing, ${steps} steps are too few for it: --steps takes more.` : ""}`,
    ...noise(rows),
    `${steps} batches of ${batchSize} images for each${common.length === 0 ? "" : `; for all ${common.map((key) => `${key} ${cell(first!, key)}`).join(", ")}`}. The original views took ${secondsOriginal.toFixed(1)} s once for all, the augmentations ${times(rows)}.`,
    ...warnings.map((warning) => `Beware: ${warning}.`),
    `Values of another seed, number of steps, batch size or data set are not comparable with these.`,
  ];
  const also = shown.length === 0 ? [] : ["", formatTables(["also measured", ...shown], rows.map((row) => [row.augmenter, ...shown.map((key) => cell(row, key))]), columns)];
  return [mainTable(rows, by.key, columns), ...also, "", ...notes.map((note) => paragraph(note, columns))].join("\n");
}

/** The narrowest drawing that still shows something. */
const leastDrawing = 16;

function mainTable(rows: readonly ComparedAugmenter[], key: string, columns: number): string {
  const cells = rows.map((row) => {
    const interval = row.intervals[key];
    return [row.augmenter, formatCell(key, row.results[key]), formatCell(key, interval?.low), formatCell(key, interval?.high)];
  });
  if (rows.every(({ intervals }) => intervals[key] === undefined)) return formatTable(["augmenter", key], cells.map((row) => row.slice(0, 2)));
  const head = ["augmenter", key, "95 % low", "high"];
  const width = head.reduce((sum, title, column) => sum + 2 + Math.max(title.length, ...cells.map((row) => row[column]!.length)), 0);
  const room = Math.min(30, columns - width);
  if (room < leastDrawing) return formatTable(head, cells);
  const drawn = drawings(rows, key, room);
  return formatTable([...head, " ".repeat(room)], cells.map((row, place) => [...row, drawn[place]!]));
}

/** Each value as a dot on its interval, all on one scale. */
function drawings(rows: readonly ComparedAugmenter[], key: string, width: number): string[] {
  const values = rows.flatMap(({ results, intervals }) => {
    const interval = intervals[key];
    return [results[key], interval?.low, interval?.high].filter((value) => typeof value === "number");
  });
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (value: number): number => (high > low ? Math.round(((value - low) / (high - low)) * (width - 1)) : Math.floor(width / 2));
  return rows.map(({ results, intervals }) => {
    const letters = Array.from({ length: width }, () => " ");
    const [value, interval] = [results[key], intervals[key]];
    if (interval !== undefined) {
      for (let at = place(interval.low); at <= place(interval.high); at += 1) letters[at] = "─";
      [letters[place(interval.low)], letters[place(interval.high)]] = ["├", "┤"];
    }
    if (typeof value === "number") letters[place(value)] = "●";
    return letters.join("");
  });
}

/** Pairs whose difference may be chance, each named once, with the better one first. */
function noise(rows: readonly ComparedAugmenter[]): string[] {
  const known = rows.filter(({ withinNoise }) => withinNoise !== undefined);
  if (known.length < 2) return [];
  const below = known.map(({ augmenter, withinNoise }, place) => ({
    augmenter,
    alike: known.slice(place + 1).map((row) => row.augmenter).filter((name) => withinNoise!.includes(name)),
  }));
  const pairs = below.filter(({ alike }) => alike.length > 0);
  const how = "paired bootstrap over the same draws, each pair at 95 %";
  if (pairs.length === 0) return [`Every difference is larger than noise (${how}).`];
  return [`Within noise of each other (${how}): ${pairs.map(({ augmenter, alike }) => `${augmenter} and ${alike.join(", ")}`).join("; ")}. Every other difference is larger.`];
}

function times(rows: readonly ComparedAugmenter[]): string {
  const seconds = rows.map((row) => row.seconds);
  const [least, most] = [Math.min(...seconds).toFixed(1), Math.max(...seconds).toFixed(1)];
  return least === most ? `${most} s each` : `${least} to ${most} s each`;
}
