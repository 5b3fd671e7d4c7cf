/** The look of a report: light and dark, wide and narrow, on paper; no script. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #fafafa; --sheet: #fff; --ink: #1b1e23; --soft: #5d6673; --line: #dfe3e8; --accent: #0a66c2; --warn: #8a4b00; --warn-paper: #fff6e5; }
@media (prefers-color-scheme: dark) { :root { --paper: #111418; --sheet: #181c22; --ink: #e8ebef; --soft: #98a2b0; --line: #2b323b; --accent: #5fb0ff; --warn: #ffc876; --warn-paper: #2a2113; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
p { margin: .5rem 0; max-width: 48rem; }
a { color: var(--accent); }
.lead, .soft, footer, figcaption, .caption { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .15rem 1.5rem; margin: .8rem 0; }
.facts div { display: flex; gap: .5rem; min-width: 0; }
dt { color: var(--soft); flex: none; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .6rem 0 0; padding: 0; list-style: none; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin-top: 1.1rem; }
.warning { background: var(--warn-paper); color: var(--warn); border-radius: 8px; padding: .5rem .9rem; margin: .5rem 0; }
.warning p, .warning ul { margin: 0; }
ul.plain { padding-left: 1.1rem; margin: .4rem 0; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; align-items: start; margin: .4rem 0 1rem; }
figure { margin: 0; min-width: 0; max-width: 40rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 13px; margin: .3rem 0; }
details { font-size: 13px; }
summary { cursor: pointer; color: var(--accent); }
.scroll { overflow-x: auto; margin: 0 0 .5rem; max-width: 100%; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
.caption { font-size: 13px; margin: .8rem 0 .2rem; }
th, td { padding: .32rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
td { white-space: nowrap; }
td.wraps, td code { white-space: normal; min-width: 16rem; overflow-wrap: anywhere; }
td code { font-size: 12px; }
.number { text-align: right; }
footer { font-size: 13px; margin-top: 1.5rem; }
@media (max-width: 700px) {
  body { padding: 1rem .6rem 2rem; }
  section { padding: .9rem .75rem; }
  th, td { padding: .3rem .5rem; }
}
@media print {
  :root { --paper: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #000; --warn: #000; --warn-paper: #fff; }
  body { max-width: none; padding: 0; font-size: 11px; }
  nav { display: none; }
  section { border: 0; padding: 0; }
  .warning { border: 1px solid #000; }
  .scroll { overflow: visible; }
  td { white-space: normal; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
