import { html, type Html } from "../html.js";
import { publishedAccuracies } from "../published/accuracies.js";
import { plotsSource, publishedAugmenters, publishedPlots, type PublishedPlot } from "../published/plots.js";
import { shortNumber } from "../report/numbers.js";
import { table, type Cell } from "../report/page.js";
import type { Correlation } from "../statistics/correlation.js";
import { mean } from "../statistics/moments.js";
import { midranks } from "../statistics/ranks.js";
import type { StudyRecord } from "./study-record.js";
import type { PairSummary, StudySummary } from "./summary.js";

/** The paper's numbers beside a study's own. */
export function publishedComparison(record: StudyRecord, summary: StudySummary): Html {
  const pairs = summary.pairs.map((pair) => ({ pair, plot: samePlot(record, pair) }));
  const without = pairs.filter(({ plot }) => plot === undefined).map(({ pair }) => pair.pair.id);
  return html`<p>${plotsSource} A value of T. stddev depends on block, batch size and number of draws, and a loss on the training: compare orders and coefficients, not values, unless all of these agree.</p>
${coefficients(summary)}
${orders(summary)}
${pairs.map(({ pair, plot }) => (plot === undefined ? undefined : points(pair, plot, summary)))}
${without.length === 0 ? undefined : html`<p>No published plot has the data set, teacher and student of ${without.join(", ")}.</p>`}
${pairs.map(({ pair }) => accuracies(record, pair))}`;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Names of networks and data sets differ in their signs: wrn_40_2 and wrn-40-2, cifar100 and CIFAR-100. */
function samePlot({ dataset }: StudyRecord, { pair }: PairSummary): PublishedPlot | undefined {
  return publishedPlots.find((plot) => plain(plot.dataset) === plain(dataset) && mentions(pair.teacher, plot.teacher) && plain(pair.student) === plain(plot.student));
}

/** A teacher may be named with more than its network: "vgg13, trained by the study". */
const mentions = (given: string, network: string): boolean => given.split(/[^\w-]+/).some((word) => plain(word) === plain(network));

const coefficient = (correlation: Correlation | undefined): Cell => (correlation === undefined ? null : "reason" in correlation ? correlation.reason : correlation.coefficient);

function coefficients({ pairs, measured }: StudySummary): Html {
  const key = measured[0];
  const own = pairs.map(({ pair, correlations }): Cell[] => {
    const found = correlations.find((correlation) => correlation.key === key);
    return [pair.id, "this study", coefficient(found?.pearson), coefficient(found?.spearman), coefficient(found?.kendall)];
  });
  const theirs = publishedPlots.map(({ dataset, teacher, student, printed }): Cell[] => [`${teacher}/${student}, ${dataset}`, "published", printed.pearson, printed.spearman, printed.kendall]);
  return table(`Correlation of ${key ?? "T. stddev"} with the student's test loss`, ["pair", "by", "Pearson", "Spearman", "Kendall"], [...own, ...theirs]);
}

/** Mean ranks: the order of augmenters does not depend on scales. */
function orders({ ranking }: StudySummary): Html {
  const rank = (values: (plot: PublishedPlot) => readonly number[]): number[] => {
    const all = publishedPlots.map((plot) => midranks(values(plot)));
    return publishedAugmenters.map((_, place) => mean(all.map((ranks) => ranks[place]!)));
  };
  const [losses, deviations] = [rank(({ testLoss }) => testLoss), rank(({ tStddev }) => tStddev)];
  const known = [...new Set([...ranking.map(({ augmenter }) => augmenter), ...publishedAugmenters])];
  const rows = known.map((augmenter): Cell[] => {
    const own = ranking.find((row) => row.augmenter === augmenter);
    const place = (publishedAugmenters as readonly string[]).indexOf(augmenter);
    return [augmenter, own?.meanRank ?? null, losses[place] ?? null, own?.meanMeasuredRank ?? null, deviations[place] ?? null];
  });
  return table("Mean ranks over pairs; 1 is the best", ["augmenter", "by the test outcome, here", "by test loss, published", "by the measured value, here", "by T. stddev, published"], rows);
}

function points({ pair, rows }: PairSummary, plot: PublishedPlot, { measured, outcome }: StudySummary): Html {
  const key = measured[0];
  const lines = publishedAugmenters.map((augmenter, place): Cell[] => {
    const own = rows.find((row) => row.augmenter === augmenter);
    return [augmenter, (key === undefined ? undefined : own?.measurement?.values[key]?.value) ?? null, plot.tStddev[place]!, own?.outcome ?? null, plot.testLoss[place]!];
  });
  return table(`${pair.id} beside the published points`, ["augmenter", `${key ?? "T. stddev"}, here`, "T. stddev, published", `test ${outcome.key}, here`, "test loss, published"], lines);
}

function accuracies({ dataset }: StudyRecord, { pair }: PairSummary): Html | undefined {
  const found = publishedAccuracies.flatMap(({ dataset: own, source, rows }) =>
    plain(own) !== plain(dataset) ? [] : rows.filter(({ teacher, student }) => mentions(pair.teacher, teacher) && plain(student) === plain(pair.student)).map((row) => ({ source, ...row })),
  );
  if (found.length === 0) return undefined;
  return table(
    `Published top-1 accuracies of ${pair.id}, per cent`,
    ["source", "accuracies"],
    found.map(({ source, accuracies: values }): Cell[] => [source, Object.entries(values).map(([method, value]) => `${method} ${shortNumber(value)}`).join(", ")]),
  );
}
