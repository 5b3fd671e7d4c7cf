/** The look of a gallery: light and dark, wide as a table, narrow as a list of cards; no script. */
export const galleryStyle = `
:root {
  color-scheme: light dark;
  --paper: #fafafa; --sheet: #fff; --ink: #1b1e23; --soft: #5d6673; --line: #dfe3e8; --accent: #0a66c2; --bar: #c9d4e0; --panel: #1b1e23; --panel-ink: #f2f4f7;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #111418; --sheet: #181c22; --ink: #e8ebef; --soft: #98a2b0; --line: #2b323b; --accent: #5fb0ff; --bar: #39434f; --panel: #e8ebef; --panel-ink: #14171b; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem 1.25rem 45vh; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
header, footer { position: sticky; left: 1.25rem; width: fit-content; max-width: min(60rem, calc(100vw - 2.5rem)); }
h1 { font-size: 1.35rem; margin: 0 0 .5rem; }
p { margin: .4rem 0; }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; margin: 0 0 .6rem; }
dl div { display: flex; gap: .4rem; }
dt, .soft { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
code, pre { font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
table { border-collapse: separate; border-spacing: 0; margin-top: 1rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; }
th, td { padding: .65rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
td + td, th + td, thead th + th { border-left: 1px solid var(--line); }
thead th { position: sticky; top: 0; z-index: 2; background: var(--sheet); max-width: 22rem; font-weight: 400; }
thead th:first-child { left: 0; z-index: 3; border-radius: 8px 0 0; }
thead th:last-child { border-radius: 0 8px 0 0; }
thead .name { font-weight: 600; overflow-wrap: anywhere; }
thead .note { display: block; font-size: 12px; }
tbody th { position: sticky; left: 0; z-index: 1; background: var(--sheet); font-weight: 600; min-width: 6rem; max-width: 9rem; }
tbody tr:last-child th { border-radius: 0 0 0 8px; }
tbody th .soft { display: block; font-weight: 400; font-size: 12px; }
.pictures { display: flex; flex-wrap: nowrap; gap: .7rem; }
figure { margin: 0; outline-offset: 3px; }
figure:focus-visible, .plan:focus-visible { outline: 2px solid var(--accent); border-radius: 4px; }
img { display: block; border-radius: 3px; }
img.small { image-rendering: pixelated; }
.picked img { outline: 3px solid var(--accent); }
.left img { opacity: .5; }
figcaption { margin-top: .35rem; font-size: 12px; line-height: 1.35; max-width: 9rem; }
.verdict { font-weight: 600; }
.picked .verdict { color: var(--accent); }
.left .verdict { color: var(--soft); }
.entropy { display: flex; align-items: center; gap: .4rem; font-variant-numeric: tabular-nums; }
.bar { flex: 1; min-width: 2rem; height: 5px; border-radius: 3px; background: linear-gradient(var(--accent) 0 0) 0 / var(--share) 100% no-repeat var(--bar); }
.plan { cursor: help; }
.plan .hint { border-bottom: 1px dotted var(--soft); font-size: 12px; color: var(--soft); }
[role=tooltip] { visibility: hidden; position: fixed; z-index: 5; left: 0; right: 0; bottom: 0; max-height: 40vh; overflow: auto; padding: .7rem 1.25rem; background: var(--panel); color: var(--panel-ink); font-size: 13px; font-weight: 400; }
[role=tooltip] pre { margin: .3rem 0 0; white-space: pre-wrap; }
:focus > [role=tooltip], :focus-within > [role=tooltip] { visibility: visible; }
:hover > [role=tooltip] { visibility: visible; z-index: 6; }
.column { display: none; }
@media (max-width: 700px) {
  body { padding-left: .75rem; padding-right: .75rem; }
  header, footer { position: static; max-width: none; }
  table, thead, tbody, tr, th, td { display: block; }
  tbody tr { display: flex; flex-wrap: wrap; }
  tbody th { flex: 1 0 100%; }
  thead th:first-child { display: none; }
  table { border: 0; background: none; }
  thead th, tbody th { position: static; min-width: 0; max-width: none; border-radius: 8px; }
  thead tr, tbody tr { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; margin-bottom: .8rem; }
  th, td, td + td, th + td, thead th + th { border-left: 0; }
  tbody td { border-bottom: 0; }
  thead tr > :last-child { border-bottom: 0; }
  .pictures { flex-wrap: wrap; }
  .column { display: block; font-size: 12px; color: var(--soft); margin-bottom: .35rem; overflow-wrap: anywhere; }
}
@media print { body { padding-bottom: 1rem; } thead th { position: static; } }
`;
