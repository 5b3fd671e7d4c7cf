import { html, type Html } from "../html.js";
import { regressionLine } from "../statistics/correlation.js";
import { axisOf, type Axis } from "./axis.js";
import { labelLine, overlaps, placeLabels, type Box, type PlacedLabel } from "./labels.js";
import { plotWidth, round, svgLine, svgText, textWidth, type Plot } from "./svg.js";

export interface ScatterPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Low and high end of what each value may be. */
  readonly xSpread?: readonly [number, number];
  readonly ySpread?: readonly [number, number];
}

export interface Scatter {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly points: readonly ScatterPoint[];
  /** A line each, within the plot: coefficients. */
  readonly notes: readonly string[];
}

const frame = { left: 68, right: plotWidth - 14, top: 32, bottom: 330 };
const height = 380;

/** Points with their names, the line of least squares, and what was computed of them. */
export function scatterPlot({ title, xName, yName, points, notes }: Scatter): Plot {
  const x = axisOf(points.flatMap((point) => [point.x, ...(point.xSpread ?? [])]), { from: frame.left, to: frame.right, ticks: 5 }, 0.1);
  const y = axisOf(points.flatMap((point) => [point.y, ...(point.ySpread ?? [])]), { from: frame.bottom, to: frame.top, ticks: 6 }, 0.1);
  const named = points.map((point) => ({ name: point.name, x: x.at(point.x), y: y.at(point.y) }));
  const noteBox = quietCorner(notes, named);
  const bounds = { left: frame.left + 3, top: frame.top + 3, width: frame.right - frame.left - 6, height: frame.bottom - frame.top - 6 };
  const thin = points.flatMap((point, place): Box[] => {
    const at = named[place]!;
    const across = point.xSpread?.map((end) => x.at(end)) ?? [];
    const down = point.ySpread?.map((end) => y.at(end)) ?? [];
    return [
      ...(across.length === 0 ? [] : [{ left: across[0]!, top: at.y - 1, width: across[1]! - across[0]!, height: 2 }]),
      ...(down.length === 0 ? [] : [{ left: at.x - 1, top: down[1]!, width: 2, height: down[0]! - down[1]! }]),
    ];
  });
  const labels = placeLabels(named, bounds, notes.length === 0 ? [] : [noteBox], thin);
  const spreads = points.flatMap(({ x: own, y: other, xSpread, ySpread }) => [
    ...(xSpread ? [svgLine(x.at(xSpread[0]), y.at(other), x.at(xSpread[1]), y.at(other), "spread")] : []),
    ...(ySpread ? [svgLine(x.at(own), y.at(ySpread[0]), x.at(own), y.at(ySpread[1]), "spread")] : []),
  ]);
  const drawing = html`${svgText(title, { x: frame.left, y: 20, style: "strong" })}
${axes(x, y, xName, yName)}
${fit(points, x, y)}${spreads}
${labels.filter(({ isFar }) => isFar).map(leader)}${named.map((point, place) => html`<circle class="point" cx="${round(point.x)}" cy="${round(point.y)}" r="4"><title>${point.name}: ${points[place]!.x}, ${points[place]!.y}</title></circle>`)}
${labels.map(labelText)}
${notes.map((note, place) => svgText(note, { x: noteBox.left, y: noteBox.top + (place + 0.8) * labelLine, style: "halo small" }))}`;
  return {
    title,
    description: `${points.length} points, ${xName} across, ${yName} upwards. ${notes.join(". ")}`,
    height,
    drawing,
    table: {
      head: ["name", xName, "low", "high", yName, "low", "high"],
      rows: points.map(({ name, x: across, y: up, xSpread, ySpread }) => [name, across, xSpread?.[0] ?? null, xSpread?.[1] ?? null, up, ySpread?.[0] ?? null, ySpread?.[1] ?? null]),
    },
  };
}

/** The frame, its ticks and the names of both axes. */
function axes(x: Axis, y: Axis, xName: string, yName: string): Html {
  return html`${x.ticks.map((tick) => [svgLine(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid"), svgText(x.text(tick), { x: x.at(tick), y: frame.bottom + 17, anchor: "middle", style: "soft small" })])}
${y.ticks.map((tick) => [svgLine(frame.left, y.at(tick), frame.right, y.at(tick), "grid"), svgText(y.text(tick), { x: frame.left - 6, y: y.at(tick) + 4, anchor: "end", style: "soft small" })])}
<rect class="frame" x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/>
${svgText(xName, { x: (frame.left + frame.right) / 2, y: frame.bottom + 38, anchor: "middle" })}
${svgText(yName, { x: 14, y: (frame.top + frame.bottom) / 2, anchor: "middle", turn: -90 })}`;
}

/** The line of least squares, from side to side or as far as the frame holds it. */
function fit(points: readonly ScatterPoint[], x: Axis, y: Axis): Html | undefined {
  const line = points.length < 3 ? undefined : regressionLine(points.map((point) => point.x), points.map((point) => point.y));
  if (line === undefined) return undefined;
  const { slope, intercept } = line;
  const ends = [x.low, x.high].map((at) => {
    const value = Math.min(y.high, Math.max(y.low, slope * at + intercept));
    return slope === 0 ? [at, value] : [(value - intercept) / slope, value];
  });
  const [[x1, y1], [x2, y2]] = ends as [[number, number], [number, number]];
  return svgLine(x.at(x1), y.at(y1), x.at(x2), y.at(y2), "fit");
}

/** The corner that fewest points lie in. */
function quietCorner(notes: readonly string[], points: readonly { readonly x: number; readonly y: number }[]): Box {
  const [width, tall] = [Math.max(0, ...notes.map((note) => textWidth(note, 11.5))), notes.length * labelLine];
  const corners = [frame.top + 8, frame.bottom - tall - 8].flatMap((top) => [frame.left + 10, frame.right - width - 10].map((left) => ({ left, top, width, height: tall })));
  const crowd = (corner: Box): number =>
    points.filter(({ x, y }) => overlaps({ left: corner.left - 15, top: corner.top - 15, width: width + 30, height: tall + 30 }, { left: x - 2, top: y - 2, width: 4, height: 4 })).length;
  return corners.reduce((best, corner) => (crowd(corner) < crowd(best) ? corner : best));
}

function leader({ left, top, width, height: tall, x, y }: PlacedLabel): Html {
  const [atX, atY] = [Math.min(left + width, Math.max(left, x)), Math.min(top + tall, Math.max(top, y))];
  return svgLine(x, y, atX, atY, "leader");
}

function labelText({ lines, left, top, width, x }: PlacedLabel): Html[] {
  const toRight = left + width <= x;
  return lines.map((line, place) =>
    svgText(line, { x: toRight ? left + width : left, y: top + (place + 0.78) * labelLine, ...(toRight && { anchor: "end" as const }), style: "halo small" }),
  );
}
