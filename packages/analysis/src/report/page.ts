import { html, type Html } from "../html.js";
import { htmlDocument } from "../html-document.js";
import { inlineSvg, plotStyle, type Plot, type PlotTable } from "../plot/svg.js";
import { reportStyle } from "./page-style.js";
import { shortNumber } from "./numbers.js";

/** A cell of a table: text or a number; with `href` it leads to where it comes from. */
export type Cell = string | number | null | Html;

export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
}

export interface Page {
  readonly title: string;
  /** A line below the title. */
  readonly lead: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
  /** The last line. */
  readonly foot: string;
}

/** A page of its own: no script, nothing from elsewhere. */
export function reportPage({ title, lead, facts, sections, foot }: Page): string {
  const body = html`<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${sections.length < 4 ? undefined : html`<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>`}
</header>
<main>
${sections.map(({ id, heading, body }) => html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${body}
</section>
`)}</main>
<footer><p>${foot}</p></footer>`;
  return htmlDocument({ title, style: `${reportStyle}${plotStyle}`, body });
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  return html`<p class="caption">${caption}</p><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table aria-label="${caption}">
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, place) => (place === 0 ? html`<th scope="row">${shown(cell)}</th>` : html`<td${classOf(cell)}>${shown(cell)}</td>`))}</tr>
`)}</tbody></table></div>`;
}

/** Longer text is broken into lines; numbers and short text are not. */
const longText = 50;

function classOf(cell: Cell): Html | undefined {
  if (typeof cell === "number" || cell === null) return html` class="number"`;
  return typeof cell === "string" && cell.length > longText ? html` class="wraps"` : undefined;
}

const shown = (cell: Cell): Html | string => (typeof cell === "number" || cell === null ? shortNumber(cell) : cell);

export interface FigureFiles {
  readonly svg?: string;
  readonly csv?: string;
}

/** A plot with its numbers as a table, and with its files where it has some. */
export function figure(plot: Plot, id: string, files: FigureFiles = {}): Html {
  const links = Object.entries(files).map(([kind, path]) => html` <a href="${path}" download>${kind.toUpperCase()}</a>`);
  return html`<figure>${inlineSvg(plot, id)}
<figcaption>${plot.title}.${links}</figcaption>
<details><summary>Numbers of this plot</summary>${numbers(plot)}</details></figure>`;
}

function numbers({ title, table: { head, rows } }: { readonly title: string; readonly table: PlotTable }): Html {
  return table(title, head, rows);
}

export const list = (items: readonly string[]): Html => html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>`;

/** A link to a file below the page's folder: what a path holds cannot make it lead elsewhere. */
export function link(path: string, text: string): Html {
  const href = `./${path.split("/").map(encodeURIComponent).join("/")}`;
  return html`<a href="${href}">${text}</a>`;
}
