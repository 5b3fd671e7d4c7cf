import type { Json, MetricsLine } from "@kdf/core";
import { scalars, type EventBody } from "./events.js";

/** The numbers of a line of metrics.jsonl by their tags. What is no number, as a value that does not exist yet, has none. */
export function lineScalars(line: MetricsLine): Readonly<Record<string, number>> {
  if (line.type === "step") {
    const { learningRate, total, terms, imagesPerSecond } = line;
    return tagged("step", { total, ...terms, learningRate, imagesPerSecond });
  }
  if (line.type === "training") return tagged("epoch", line.metrics);
  const place = [line.split, ...(line.split === "test" ? [line.role, line.checkpoint] : [])];
  return tagged(place.filter((part) => part !== undefined).join("/"), line.metrics);
}

/** One event for each line, also for one without numbers, so that a file's events can be counted against the lines. */
export const lineEvent = (line: MetricsLine): EventBody => scalars(line.globalStep, lineScalars(line));

function tagged(group: string, values: Readonly<Record<string, Json>>): Record<string, number> {
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers.map(([name, value]) => [`${group}/${name}`, value]));
}
