import { html } from "../html.js";
import { axisOf } from "./axis.js";
import { fitted, fontSize, plotWidth, round, svgLine, svgText, textWidth, type Plot } from "./svg.js";

export interface Dot {
  readonly name: string;
  readonly value: number;
  readonly interval?: readonly [low: number, high: number];
}

export interface Dots {
  readonly title: string;
  readonly valueName: string;
  /** From top to bottom. */
  readonly dots: readonly Dot[];
  /** A line below. */
  readonly note: string;
}

const rowHeight = 25;

/** A value for each name, with its interval. */
export function dotPlot({ title, valueName, dots, note }: Dots): Plot {
  const left = Math.min(200, Math.max(60, ...dots.map(({ name }) => textWidth(name)))) + 14;
  const [top, right] = [36, plotWidth - 16];
  const bottom = top + dots.length * rowHeight;
  const axis = axisOf(dots.flatMap(({ value, interval }) => [value, ...(interval ?? [])]), { from: left, to: right, ticks: 4 });
  const rows = dots.map(({ name, value, interval }, place) => {
    const y = top + (place + 0.5) * rowHeight;
    return html`${svgText(fitted(name, left - 14), { x: left - 10, y: y + fontSize / 3, anchor: "end" })}${
      interval && svgLine(axis.at(interval[0]), y, axis.at(interval[1]), y, "spread")
    }<circle class="point" cx="${round(axis.at(value))}" cy="${round(y)}" r="4.5"><title>${name}: ${value}</title></circle>
`;
  });
  const drawing = html`${svgText(title, { x: 10, y: 20, style: "strong" })}
${axis.ticks.map((tick) => [svgLine(axis.at(tick), top, axis.at(tick), bottom, "grid"), svgText(axis.text(tick), { x: axis.at(tick), y: bottom + 17, anchor: "middle", style: "soft small" })])}
<rect class="frame" x="${round(left)}" y="${top}" width="${round(right - left)}" height="${bottom - top}"/>
${rows}${svgText(valueName, { x: (left + right) / 2, y: bottom + 37, anchor: "middle" })}${svgText(fitted(note, plotWidth - 20, 11.5), { x: plotWidth / 2, y: bottom + 56, anchor: "middle", style: "soft small" })}`;
  return {
    title,
    description: `${valueName} of ${dots.length} names, from top to bottom. ${note}`,
    height: bottom + 68,
    drawing,
    table: { head: ["name", valueName, "low", "high"], rows: dots.map(({ name, value, interval }) => [name, value, interval?.[0] ?? null, interval?.[1] ?? null]) },
  };
}
