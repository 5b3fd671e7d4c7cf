import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { publishedAugmenters, publishedPlots } from "../published/plots.js";
import { exampleStudy } from "../../test-support/example-study.js";
import { studyReport } from "./study-files.js";
import type { StudyRecord } from "./study-record.js";
import { summariseStudy } from "./summary.js";

const record = exampleStudy();
const files = (given: StudyRecord, options = {}): Map<string, string> => new Map(studyReport(given, options).map(({ path, content }) => [path, content]));
const pageOf = (given: StudyRecord, options = {}): string => files(given, options).get("report.html")!;
/** Without tags, so that a sentence can be looked for. */
const textOf = (page: string): string => page.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, "").replaceAll("&#39;", "'");

describe("the summary of a study", () => {
  it("has the coefficients of the means over the seeds, which are the published ones here", () => {
    const { pairs } = summariseStudy(record);
    for (const { pair, correlations } of pairs) {
      const { printed } = publishedPlots.find(({ student }) => student === pair.student)!;
      const [own] = correlations;
      expect(own!.key).toBe("t-stddev");
      expect(own!.spearman).toMatchObject({ n: 9, test: "exact, all pairings" });
      for (const name of ["pearson", "spearman", "kendall"] as const) {
        const found = own![name];
        expect("coefficient" in found && Number(found.coefficient.toFixed(4))).toBe(printed[name]);
      }
    }
  });

  it("ranks augmenters by their mean rank over the pairs", () => {
    const { ranking } = summariseStudy(record);
    expect(ranking[0]).toMatchObject({ augmenter: "cutmixpick", ranks: [1, 1], meanRank: 1, best: 2, meanMeasuredRank: 1 });
    expect(ranking.at(-1)).toMatchObject({ augmenter: "identity", ranks: [9, 9], best: 0 });
    const higher = summariseStudy({ ...record, outcome: { key: "loss", better: "higher" } });
    expect(higher.ranking[0]).toMatchObject({ augmenter: "identity", meanRank: 1 });
  });

  it("says deviation and range over the seeds, and none of one seed", () => {
    const row = summariseStudy(record).pairs[0]!.rows[0]!;
    expect(row.deviation).toBeCloseTo(0.004, 12);
    expect(row.range).toEqual([row.cells[0]!.final!["loss"], row.cells[2]!.final!["loss"]]);
    const one = summariseStudy({ ...record, cells: record.cells.filter(({ seed }) => seed === 1) });
    expect(one.pairs[0]!.rows[0]).not.toHaveProperty("deviation");
  });

  it("warns where values that are compared were measured or averaged differently", () => {
    expect(summariseStudy(record).warnings).toEqual([]);
    const measurements = record.measurements.map((one, place) => (place === 3 ? { ...one, settings: { ...one.settings, batchSize: 32 } } : one));
    const cells = record.cells.filter(({ pair, augmenter, seed }) => !(pair === record.pairs[1]!.id && augmenter === "flip" && seed === 2));
    expect(summariseStudy({ ...record, measurements, cells }).warnings).toEqual([
      expect.stringMatching(/^wrn_40_2\/wrn_16_2: values that differ in batchSize are not comparable: 64 \(identity, .*\); 32 \(cutout\)$/),
      "resnet56/resnet20: means are over different seeds: 1, 2, 3; 1, 3",
    ]);
  });

  it("takes a pair's own augmenters, and misses no measurement of training without one", () => {
    const [first, second] = record.pairs;
    const pairs = [{ ...first!, augmenters: record.augmenters }, { ...second!, augmenters: ["none", "cutmix"], epochs: 30 }];
    const cells = record.cells.filter(({ pair, augmenter }) => pair === first!.id || augmenter === "cutmix");
    const measurements = record.measurements.filter(({ pair, augmenter }) => pair === first!.id || augmenter === "cutmix");
    const given = { ...record, pairs, cells, measurements, augmenters: [...record.augmenters, "none"] };
    const summary = summariseStudy(given);
    expect(summary.pairs[1]!.rows.map(({ augmenter }) => augmenter)).toEqual(["none", "cutmix"]);
    expect(summary.missing).toEqual(record.seeds.map((seed) => `${second!.id}, none, seed ${seed}: missing`));
    expect(summary.pairs[1]!.correlations[0]!.pearson).toHaveProperty("reason");
    expect(summary.ranking.find(({ augmenter }) => augmenter === "cutmix")!.ranks[1]).toBe(1);
    const page = textOf(pageOf(given));
    expect(page).toContain("30 of 33 done");
    expect(page).toContain("10 of 10 done");
    expect(page).toContain("20, 30");
    const alone = summariseStudy({ ...given, pairs: [pairs[0]!, { ...second!, augmenters: ["none"] }] });
    expect(alone.pairs.map(({ correlations }) => correlations.length)).toEqual([summary.measured.length, 0]);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it("says no correlation where the students are all alike", () => {
    const cells = record.cells.map((cell) => ({ ...cell, final: { loss: 1 } }));
    const { correlations } = summariseStudy({ ...record, cells }).pairs[0]!;
    expect(correlations[0]!.pearson).toEqual({ n: 9, reason: "the second value does not vary: all 9 are equal" });
    const page = pageOf({ ...record, cells });
    expect(page).not.toContain("NaN");
    expect(textOf(page)).toContain("the second value does not vary");
  });
});

describe("the report of a study", () => {
  it("is a page of its own, with a plot and its numbers for each pair and each curve", () => {
    const all = files(record);
    expect([...all.keys()].filter((path) => path.startsWith("plots/scatter")).sort()).toEqual([
      "plots/scatter-resnet56-resnet20-t-stddev.csv",
      "plots/scatter-resnet56-resnet20-t-stddev.svg",
      "plots/scatter-wrn_40_2-wrn_16_2-t-stddev.csv",
      "plots/scatter-wrn_40_2-wrn_16_2-t-stddev.svg",
    ]);
    expect([...all.keys()].filter((path) => path.startsWith("plots/curves"))).toHaveLength(2 * 3 * 2);
    const page = all.get("report.html")!;
    expect(page.match(/<svg /g)).toHaveLength(8);
    expect(page.match(/Numbers of this plot/g)).toHaveLength(8);
    expect(page).not.toMatch(/<script|src=|https?:|@import|url\(/);
    expect(all.get("plots/scatter-wrn_40_2-wrn_16_2-t-stddev.csv")!.split("\n")[1]).toMatch(/^identity,0\.005473,0\.0053\d*,0\.0056\d*,1\.09\d*,/);
    expect(studyReport(record)).toEqual(studyReport(record));
  });

  it("is well formed: ids once each, and every anchor leads somewhere", () => {
    const page = pageOf(record, { compare: "published" });
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("leads from every number to its run", () => {
    const page = pageOf(record);
    for (const { run } of record.cells) expect(page).toContain(`href="./${run}/report.html"`);
    for (const { file } of record.measurements) expect(page).toContain(`href="./${file}"`);
  });

  it("says what is missing, what failed and why, and what departed from the protocol", () => {
    const cells = record.cells.map((cell, place) =>
      place === 5 ? { ...cell, state: "failed" as const, reason: "the disk is full" } : place === 7 ? { ...cell, state: "missing" as const } : cell,
    );
    const page = textOf(pageOf({ ...record, cells: cells.slice(0, -1), measurements: record.measurements.slice(1), deviations: ["Two seeds, not three."] }));
    expect(page).toContain("Missing (4)");
    expect(page).toContain("wrn_40_2/wrn_16_2, flip, seed 3: failed: the disk is full");
    expect(page).toContain("wrn_40_2/wrn_16_2, crop-flip, seed 2: missing");
    expect(page).toContain("resnet56/resnet20, cutmixpick, seed 3: missing");
    expect(page).toContain("wrn_40_2/wrn_16_2, identity, measurement: missing");
    expect(page).toContain("Two seeds, not three.");
    expect(page).toContain("51 of 54 done, 1 failed, 2 missing");
  });

  it("of a study that has hardly begun says so in each section", () => {
    const page = textOf(pageOf({ ...record, cells: [], measurements: [] }));
    for (const text of ["No student is done yet", "Nothing is measured yet", "There is no point to draw yet", "No epoch is recorded yet", "Missing (72)"]) expect(page).toContain(text);
  });

  it("takes any name for text, and for a file's name what file systems take", () => {
    const name = `<img onerror=alert(1)>&"'`;
    const pairs = [{ id: `../${name}`, teacher: name, student: name }, { id: `..//${name}`, teacher: name, student: name }];
    const renamed = exampleStudy({ name, dataset: name, deviations: [name], pairs });
    const ids = record.pairs.map(({ id }) => id);
    const move = <T extends { readonly pair: string }>(one: T): T => ({ ...one, pair: pairs[ids.indexOf(one.pair)]!.id, run: `javascript:alert(1)/${name}` });
    const all = files({ ...renamed, cells: renamed.cells.map(move), measurements: renamed.measurements.map(move) }, { compare: "published" });
    for (const content of all.values()) expect(content).not.toMatch(/<img|href="javascript/);
    for (const path of all.keys()) expect(path).toMatch(/^(report\.html|plots\/[\w-]+\.(svg|csv))$/);
    expect(all.size).toBe(17);
  });
});

describe("the comparison with the published numbers", () => {
  it("lays the points of the same data set and networks side by side, and says which pairs have none", () => {
    const page = textOf(pageOf(record, { compare: "published" }));
    expect(page).toContain("wrn_40_2/wrn_16_2 beside the published points");
    expect(page).toContain("Published top-1 accuracies of resnet56/resnet20");
    expect(page).not.toContain("No published plot has");
    const other = textOf(pageOf({ ...record, dataset: "fashion-mnist" }, { compare: "published" }));
    expect(other).toContain("No published plot has the data set, teacher and student of wrn_40_2/wrn_16_2, resnet56/resnet20");
    expect(other).not.toContain("beside the published points");
    expect(textOf(pageOf(record))).not.toContain("published");
  });

  it("has the mean rank of every published augmenter", () => {
    const page = pageOf(record, { compare: "published" });
    const section = page.slice(page.indexOf('id="published"'));
    for (const augmenter of publishedAugmenters) expect(section).toContain(`<th scope="row">${augmenter}</th>`);
  });
});
