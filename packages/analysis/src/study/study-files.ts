import { html, type Html } from "../html.js";
import { csvOf } from "../plot/csv.js";
import { svgFile } from "../plot/svg.js";
import { shortNumber, shortP } from "../report/numbers.js";
import { figure, link, list, reportPage, table, type Cell, type Section } from "../report/page.js";
import type { Correlation } from "../statistics/correlation.js";
import { publishedComparison } from "./published-comparison.js";
import { compareStudents } from "./student-comparison.js";
import { studyPlots, type NamedPlot } from "./study-plots.js";
import { augmentersOf, measuredAugmentersOf, type MeasuredValue, type StudyCell, type StudyRecord } from "./study-record.js";
import { summariseStudy, type AugmenterSummary, type PairSummary, type StudySummary } from "./summary.js";

/** A file of a report, ready to be written. */
export interface ReportFile {
  /** Relative to the folder of the report, with `/`. */
  readonly path: string;
  readonly content: string;
}

export interface StudyReportOptions {
  /** Lays the published numbers beside the study's own. */
  readonly compare?: "published";
}

/**
 * The files of a study's report: report.html, plots/*.svg and plots/*.csv, to be written into the study's folder, since
 * links lead from there to the runs. The same record gives the same bytes.
 */
export function studyReport(record: StudyRecord, { compare }: StudyReportOptions = {}): readonly ReportFile[] {
  const summary = summariseStudy(record);
  const plots = studyPlots(record, summary);
  const page = reportPage({
    title: record.name,
    lead: `What ${record.augmenters.length} augmentations make of a student, and what was measured before it was trained.`,
    facts: factsOf(record),
    sections: [
      ...gaps(record, summary),
      { id: "ranking", heading: "Augmenters across pairs", body: ranking(summary) },
      { id: "students", heading: "All students", body: allStudents(summary) },
      { id: "correlations", heading: "Does what was measured predict the student?", body: correlations(summary) },
      ...summary.pairs.map((pair, place) => pairSection(pair, place, summary, plots)),
      ...(compare === undefined ? [] : [{ id: "published", heading: "Beside the published numbers", body: publishedComparison(record, summary) }]),
    ],
    foot: "Made by kdf from the study's record. The plots and their numbers lie in the folder plots.",
  });
  return [
    { path: "report.html", content: page },
    ...plots.flatMap(({ name, plot }) => [
      { path: `plots/${name}.svg`, content: svgFile(plot) },
      { path: `plots/${name}.csv`, content: csvOf(plot.table) },
    ]),
  ];
}

function factsOf(record: StudyRecord): [string, string][] {
  const { created, dataset, pairs, seeds, cells, measurements } = record;
  const count = (state: string): number => cells.filter((cell) => cell.state === state).length;
  const wanted = pairs.flatMap((pair) => augmentersOf(record, pair)).length * seeds.length;
  const epochs = [...new Set(pairs.map((pair) => pair.epochs ?? record.epochs))];
  return [
    ["data set", dataset],
    ["begun", created],
    ["pairs", pairs.map(({ id }) => id).join(", ")],
    ["seeds", seeds.join(", ")],
    ["epochs", epochs.join(", ")],
    ["students", `${count("done")} of ${wanted} done, ${count("failed")} failed, ${wanted - count("done") - count("failed")} missing`],
    ["measurements", `${measurements.filter(({ state }) => state === "done").length} of ${pairs.flatMap((pair) => measuredAugmentersOf(record, pair)).length} done`],
  ];
}

/** What a reader must know before any number. */
function gaps({ deviations }: StudyRecord, { missing, warnings }: StudySummary): Section[] {
  const parts: [string, readonly string[]][] = [
    [`Missing (${missing.length})`, missing],
    ["Not comparable", warnings],
    ["Deviations from the protocol", deviations],
  ];
  const said = parts.filter(([, items]) => items.length > 0);
  if (said.length === 0) return [];
  return [
    {
      id: "before",
      heading: "Before you read the numbers",
      body: html`${said.map(([heading, items]) => html`<h3>${heading}</h3><div class="warning">${items.length > 12 ? html`<details><summary>All ${items.length}</summary>${list(items)}</details>` : list(items)}</div>`)}`,
    },
  ];
}

function ranking({ ranking: rows, pairs, outcome, measured }: StudySummary): Html {
  if (rows.length === 0) return html`<p>No student is done yet.</p>`;
  const head = ["augmenter", "mean rank", "best in", ...pairs.map(({ pair }) => pair.id), ...(measured[0] === undefined ? [] : [`mean rank by ${measured[0]}`])];
  const cells = rows.map(({ augmenter, meanRank, best, ranks, meanMeasuredRank }): Cell[] => [
    augmenter,
    meanRank.toFixed(2),
    `${best} of ${pairs.length}`,
    ...ranks.map((rank) => rank ?? null),
    ...(measured[0] === undefined ? [] : [meanMeasuredRank === undefined ? null : meanMeasuredRank.toFixed(2)]),
  ]);
  return html`<p>By the mean of the student's test ${outcome.key} over the seeds, ${outcome.better} is better. Rank 1 is the best of a pair; the mean is over the pairs that have the augmenter.</p>${table("Ranks", head, cells)}`;
}

function allStudents(summary: StudySummary): Html {
  const rows = compareStudents(summary);
  if (rows.length === 0) return html`<p>No student is done yet.</p>`;
  const { key, better } = summary.outcome;
  const others = [...new Set(rows.flatMap((row) => Object.keys(row.others)))];
  const epochs = new Map(summary.pairs.map(({ pair }) => [pair.id, pair.epochs]));
  const hasEpochs = new Set(epochs.values()).size > 1;
  const head = ["pair", "augmenter", ...(hasEpochs ? ["epochs"] : []), "minutes", `test ${key}, mean`, "± (seeds)", ...others, "less the best"];
  const lines = rows.map(({ pair, augmenter, seconds, outcome, deviation, seeds, others: own, difference }): Cell[] => [
    pair,
    augmenter,
    ...(hasEpochs ? [epochs.get(pair) ?? null] : []),
    seconds === undefined ? null : (seconds / 60).toFixed(1),
    outcome,
    deviation === undefined ? "one seed" : `${shortNumber(deviation)} (${seeds})`,
    ...others.map((name) => own[name] ?? null),
    difference === undefined
      ? null
      : html`${shortNumber(difference.mean)} <span class="soft">[${shortNumber(difference.low)}, ${shortNumber(difference.high)}]${difference.low <= 0 && difference.high >= 0 ? " within noise" : undefined}</span>`,
  ]);
  return html`<p>Best first by the mean test ${key} over the seeds, ${better} is better; the minutes are those of a training with its evaluations. The last column is the mean difference to the best over the seeds that both have, with its 95 % interval by the paired t test; no correction is made for how many are compared, nor for the best being chosen by these numbers.</p>${table("Students", head, lines)}`;
}

function correlations({ pairs, outcome, measured }: StudySummary): Html {
  if (measured.length === 0) return html`<p>Nothing is measured yet.</p>`;
  const rows = pairs.flatMap(({ pair, correlations: own }) =>
    own.map(({ key, pearson, spearman, kendall }): Cell[] => [`${pair.id}, ${key}`, pearson.n, said(pearson), said(spearman), said(kendall)]),
  );
  return html`<p>Each point is an augmenter: a measured value against the mean test ${outcome.key} of its students. p is two-sided and of one correlation alone; what it comes from stands beside it.</p>${table("Correlations", ["pair, measured value", "points", "Pearson", "Spearman", "Kendall (tau-b)"], rows)}`;
}

const said = (correlation: Correlation): Cell =>
  "reason" in correlation ? `none: ${correlation.reason}` : html`${correlation.coefficient.toFixed(4)}, ${shortP(correlation.p)}<br><span class="soft">${correlation.test}</span>`;

function pairSection(summary: PairSummary, place: number, { outcome, measured }: StudySummary, plots: readonly NamedPlot[]): Section {
  const { pair, rows } = summary;
  const figures = (kind: NamedPlot["kind"]): Html | undefined => {
    const own = plots.filter((plot) => plot.pair === pair.id && plot.kind === kind);
    if (own.length === 0) return undefined;
    return html`<div class="figures">${own.map(({ name, plot }) => figure(plot, name, { svg: `plots/${name}.svg`, csv: `plots/${name}.csv` }))}</div>`;
  };
  const head = ["augmenter", `test ${outcome.key}, mean`, "± (seeds)", "each seed", ...measured];
  const lines = rows.map((row): Cell[] => [
    row.augmenter,
    row.outcome ?? null,
    row.deviation === undefined ? `${row.cells.length === 0 ? "–" : "one seed"}` : `${shortNumber(row.deviation)} (${row.cells.length})`,
    seedLinks(row, outcome.key),
    ...measured.map((key) => measuredCell(row, key)),
  ]);
  return {
    id: `pair-${place + 1}`,
    heading: `${pair.id}: ${pair.teacher} → ${pair.student}`,
    body: html`${figures("scatter") ?? html`<p>There is no point to draw yet: it takes a measured value and a student.</p>`}
${table(`Students and measurements of ${pair.id}; a number leads to its run`, head, lines)}
<h3>Training curves</h3>
${figures("curves") ?? html`<p>No epoch is recorded yet.</p>`}`,
  };
}

function seedLinks({ cells }: AugmenterSummary, key: string): Html {
  const one = ({ run, seed, final }: StudyCell): Html => {
    const text = shortNumber(final![key]);
    return html`<span title="seed ${seed}">${run === undefined ? text : link(`${run}/report.html`, text)}</span>`;
  };
  return html`${cells.map((cell, place) => [place === 0 ? undefined : html` `, one(cell)])}`;
}

function measuredCell({ measurement }: AugmenterSummary, key: string): Cell {
  const measured: MeasuredValue | undefined = measurement?.values[key];
  if (measurement === undefined || measured === undefined) return null;
  const { value, interval } = measured;
  const text = shortNumber(value);
  const spread = interval === undefined ? undefined : html` <span class="soft">[${shortNumber(interval.low)}, ${shortNumber(interval.high)}]</span>`;
  return html`${measurement.file === undefined ? text : link(measurement.file, text)}${spread}`;
}
