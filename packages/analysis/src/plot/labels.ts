import { fitted, fontSize, textWidth } from "./svg.js";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLabel extends Box {
  readonly lines: readonly string[];
  /** The point that it names. */
  readonly x: number;
  readonly y: number;
  /** Whether it is so far away that a line must say which point it names. */
  readonly isFar: boolean;
}

export const labelLine = fontSize * 1.12;
const labelSize = 11.5;

/** A name as the lines of a label: options and links of a chain go to the next line where it is long. */
export function labelLines(name: string): string[] {
  const parts = name.length <= 18 ? [name] : name.split(/(?<=[+&])|(?=\?)/);
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length <= 18) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines.slice(0, 3).map((line, place) => fitted(place === 2 && lines.length > 3 ? `${line}…` : line, 180, labelSize));
}

interface Named {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/**
 * Where the labels of points go so that each can be read: of many places around its point, each label takes the one that
 * covers least, labels in turn until none moves. `thin` are lines, which a label may cross where it must.
 */
export function placeLabels(points: readonly Named[], bounds: Box, obstacles: readonly Box[], thin: readonly Box[] = []): PlacedLabel[] {
  const dots = points.map(({ x, y }) => ({ left: x - 5, top: y - 5, width: 10, height: 10 }));
  const choices = points.map(candidates);
  const placed = choices.map(([first]) => first!);
  for (let round = 0; round < 8; round += 1) {
    let moved = false;
    points.forEach((point, own) => {
      const cost = (label: PlacedLabel): number => {
        if (outside(label, bounds)) return Infinity;
        const labels = placed.reduce((sum, other, place) => sum + (place === own ? 0 : overlap(label, other)), 0);
        const covered = [...dots, ...obstacles].reduce((sum, box) => sum + overlap(label, box), 0);
        const crossed = thin.filter((line) => overlaps(label, line)).length;
        return 10 * labels + 8 * covered + 12 * crossed + Math.hypot(label.left + label.width / 2 - point.x, (label.top + label.height / 2 - point.y) * 1.5) / 10 + (label.isFar ? 3 : 0);
      };
      let [best, least] = [placed[own]!, cost(placed[own]!)];
      for (const label of choices[own]!) {
        const price = cost(label);
        if (price < least) [best, least, moved] = [label, price, true];
      }
      placed[own] = best;
    });
    if (!moved) break;
  }
  return placed;
}

function candidates({ name, x, y }: Named): PlacedLabel[] {
  const lines = labelLines(name);
  const width = Math.max(...lines.map((line) => textWidth(line, labelSize)));
  const height = lines.length * labelLine;
  return [9, 18, 30, 45, 62, 80].flatMap((distance) =>
    Array.from({ length: 16 }, (_, turn) => {
      const [cosine, sine] = [Math.cos((turn * Math.PI) / 8), Math.sin((turn * Math.PI) / 8)];
      // The box's nearest side or corner is what lies at the distance.
      const left = x + distance * cosine - (width * (1 - cosine)) / 2;
      const top = y + distance * sine - (height * (1 - sine)) / 2;
      return { lines, left, top, width, height, x, y, isFar: distance > 18 };
    }),
  );
}

function overlap(one: Box, other: Box): number {
  const across = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const down = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return across > 0 && down > 0 ? across * down : 0;
}

const outside = (box: Box, bounds: Box): boolean =>
  box.left < bounds.left || box.top < bounds.top || box.left + box.width > bounds.left + bounds.width || box.top + box.height > bounds.top + bounds.height;

export const overlaps = (one: Box, other: Box): boolean => overlap(one, other) > 0;
