import { html, trusted, type Html } from "../html.js";

/** Width of the drawing, in its own units; a page may show it at another size. */
export const plotWidth = 480;
export const fontSize = 13;

/** A drawing and the numbers in it. */
export interface Plot {
  readonly title: string;
  /** What it shows, for those who cannot see it. */
  readonly description: string;
  readonly height: number;
  readonly drawing: Html;
  /** All numbers that are drawn, as text. */
  readonly table: PlotTable;
}

export interface PlotTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** The look of plots, in a page and in a file of their own: light and dark. */
export const plotStyle = `
.kdf-plot { --plot-paper: #fff; --plot-ink: #1b1e23; --plot-soft: #5d6673; --plot-grid: #e6e9ed; --s0: #0a66c2; --s1: #c2410c; --s2: #15803d; --s3: #9d2f8a; --s4: #8a6500; --s5: #0e7490; --s6: #b91c3c; --s7: #5b5bd6; font: ${fontSize}px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .kdf-plot { --plot-paper: #181c22; --plot-ink: #e8ebef; --plot-soft: #98a2b0; --plot-grid: #2b323b; --s0: #5fb0ff; --s1: #ff9a66; --s2: #5ed38a; --s3: #e58fd5; --s4: #e0b94a; --s5: #4fd0e6; --s6: #ff8fa3; --s7: #a5a5ff; } }
@media print { .kdf-plot { --plot-paper: #fff; --plot-ink: #000; --plot-soft: #444; --plot-grid: #ddd; --s0: #0a66c2; --s1: #c2410c; --s2: #15803d; --s3: #9d2f8a; --s4: #8a6500; --s5: #0e7490; --s6: #b91c3c; --s7: #5b5bd6; } }
.kdf-plot .paper { fill: var(--plot-paper); }
.kdf-plot text { fill: var(--plot-ink); }
.kdf-plot .soft { fill: var(--plot-soft); }
.kdf-plot .small { font-size: 11.5px; }
.kdf-plot .strong { font-weight: 600; }
.kdf-plot .grid { stroke: var(--plot-grid); }
.kdf-plot .frame { stroke: var(--plot-soft); fill: none; }
.kdf-plot .leader { stroke: var(--plot-soft); stroke-width: .75; }
.kdf-plot .fit { stroke: var(--plot-soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
.kdf-plot .point { fill: var(--s0); }
.kdf-plot .spread { stroke: var(--s0); stroke-width: 1.5; opacity: .55; }
.kdf-plot .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.kdf-plot .halo { paint-order: stroke; stroke: var(--plot-paper); stroke-width: 3px; stroke-linejoin: round; }
`;

/** Within a page that carries `plotStyle`. `id` is the page's own for this plot. */
export function inlineSvg({ title, description, height, drawing }: Plot, id: string): Html {
  return html`<svg class="kdf-plot" viewBox="0 0 ${plotWidth} ${height}" role="img" aria-labelledby="${id}-title ${id}-description"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${drawing}</svg>`;
}

/** A file of its own. */
export function svgFile({ title, description, height, drawing }: Plot): string {
  return xmlText(`${
    html`<svg xmlns="http://www.w3.org/2000/svg" class="kdf-plot" width="${plotWidth * 1.5}" height="${height * 1.5}" viewBox="0 0 ${plotWidth} ${height}" role="img"><title>${title}</title><desc>${description}</desc><style>${trusted(plotStyle)}</style>
<rect class="paper" width="${plotWidth}" height="${height}"/>
${drawing}
</svg>`.html
  }\n`);
}

/** XML has no place for control characters, however they are escaped. */
const xmlText = (text: string): string => text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD");

export const round = (value: number): number => Math.round(value * 10) / 10;

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly style?: string;
  /** Degrees around (x, y). */
  readonly turn?: number;
}

export function svgText(text: string, { x, y, anchor = "start", style, turn }: TextPlace): Html {
  const [left, top] = [round(x), round(y)];
  const turned = turn === undefined ? undefined : html` transform="rotate(${turn} ${left} ${top})"`;
  return html`<text x="${left}" y="${top}"${anchor === "start" ? undefined : html` text-anchor="${anchor}"`}${style === undefined ? undefined : html` class="${style}"`}${turned}>${text}</text>`;
}

export function svgLine(x1: number, y1: number, x2: number, y2: number, style: string): Html {
  return html`<line class="${style}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

/** About as wide as a common sans-serif draws it; there is no font to ask. */
export function textWidth(text: string, size = fontSize): number {
  let widths = 0;
  for (const letter of text) widths += /[iljI.,:;|!' ]/.test(letter) ? 0.31 : /[ftr()[\]-]/.test(letter) ? 0.42 : /[mwMW@%]/.test(letter) ? 0.92 : /[A-Z?+=_&]/.test(letter) ? 0.7 : 0.59;
  return widths * size;
}

/** The text, its middle left out where it is too wide. */
export function fitted(text: string, width: number, size = fontSize): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 2; kept -= 1) {
    const shown = `${letters.slice(0, Math.ceil(kept / 2)).join("")}…${letters.slice(letters.length - Math.floor(kept / 2)).join("")}`;
    if (textWidth(shown, size) <= width) return shown;
  }
  return "…";
}
