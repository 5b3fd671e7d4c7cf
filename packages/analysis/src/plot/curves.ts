import { html, type Html } from "../html.js";
import { axisOf } from "./axis.js";
import { fitted, plotWidth, round, svgLine, svgText, textWidth, type Plot } from "./svg.js";

export interface Curve {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Curves {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly curves: readonly Curve[];
}

const frame = { left: 68, right: plotWidth - 14, top: 32, bottom: 270 };
/** Neither number divides the other, so that 24 lines differ. */
const colours = 8;
const dashes = [undefined, "7 3", "2 3"];

/** Lines over epochs or steps, told apart by colour and by dashes. */
export function curvePlot({ title, xName, yName, curves }: Curves): Plot {
  const all = curves.flatMap(({ points }) => points);
  const places = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const x = axisOf(all.map(([at]) => at), { from: frame.left, to: frame.right, ticks: Math.min(8, Math.max(1, places.length - 1)) }, 0.02);
  const y = axisOf(all.map(([, value]) => value), { from: frame.bottom, to: frame.top, ticks: 6 });
  const ticks = x.ticks.filter((tick) => Math.abs(tick - Math.round(tick)) < 1e-9);
  const drawing = html`${svgText(title, { x: frame.left, y: 20, style: "strong" })}
${ticks.map((tick) => [svgLine(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid"), svgText(String(Math.round(tick)), { x: x.at(tick), y: frame.bottom + 17, anchor: "middle", style: "soft small" })])}
${y.ticks.map((tick) => [svgLine(frame.left, y.at(tick), frame.right, y.at(tick), "grid"), svgText(y.text(tick), { x: frame.left - 6, y: y.at(tick) + 4, anchor: "end", style: "soft small" })])}
<rect class="frame" x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/>
${curves.map(({ name, points }, place) =>
    points.length === 1
      ? html`<circle cx="${round(x.at(points[0]![0]))}" cy="${round(y.at(points[0]![1]))}" r="3.5" fill="var(--s${place % colours})"><title>${name}</title></circle>`
      : html`<polyline class="line" ${stroke(place)} points="${points.map(([at, value]) => `${round(x.at(at))},${round(y.at(value))}`).join(" ")}"><title>${name}</title></polyline>
`,
  )}
${svgText(xName, { x: (frame.left + frame.right) / 2, y: frame.bottom + 36, anchor: "middle" })}
${svgText(yName, { x: 14, y: (frame.top + frame.bottom) / 2, anchor: "middle", turn: -90 })}`;
  const legend = legendOf(curves.map(({ name }) => name), frame.bottom + 58);
  const head = [xName, ...curves.map(({ name }) => name)];
  const values = curves.map(({ points }) => new Map(points));
  return {
    title,
    description: `${yName} by ${xName}, a line for each of ${curves.map(({ name }) => name).join(", ")}.`,
    height: legend.bottom + 10,
    drawing: html`${drawing}${legend.drawing}`,
    table: { head, rows: places.map((at) => [at, ...values.map((own) => own.get(at) ?? null)]) },
  };
}

const stroke = (place: number): Html => {
  const dash = dashes[place % dashes.length];
  return html`stroke="var(--s${place % colours})"${dash && html` stroke-dasharray="${dash}"`}`;
};

/** Names with their lines, in rows below the plot. One curve needs none: the axis names it. */
function legendOf(names: readonly string[], top: number): { readonly drawing: Html; readonly bottom: number } {
  if (names.length < 2) return { drawing: html``, bottom: top - 16 };
  const parts: Html[] = [];
  let [left, y] = [frame.left, top];
  names.forEach((name, place) => {
    const text = fitted(name, 300, 11.5);
    const width = 30 + textWidth(text, 11.5) + 16;
    if (left > frame.left && left + width > plotWidth) [left, y] = [frame.left, y + 19];
    parts.push(html`<line class="line" ${stroke(place)} x1="${round(left)}" y1="${y - 4}" x2="${round(left + 24)}" y2="${y - 4}"/>${svgText(text, { x: left + 30, y, style: "small" })}`);
    left += width;
  });
  return { drawing: html`${parts}`, bottom: y };
}
