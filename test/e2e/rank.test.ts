import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { boringExperiment, errorCode, kdf, pluginParameters, temporaryFolder, type Finished } from "./kdf.js";

/** `kdf rank` on the testing kit's plugins: the teacher alone, before any student. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const experiment = boringExperiment(folder.path, { distiller: "kd", metrics: ["boring-accuracy", "t-stddev"], epochs: 1 });
const entries = ["cutmix", "cutout+cutmix", "cutmixpick?poolFactor=3"];
const rank = (...parameters: string[]): Promise<Finished> => kdf("rank", ...experiment, "--steps", "25", ...parameters);

interface Ranking {
  readonly by: { readonly key: string; readonly better: string };
  readonly rows: {
    readonly augmenter: string;
    readonly results: Record<string, number>;
    readonly intervals: Record<string, { readonly low: number; readonly high: number; readonly level: number }>;
    readonly withinNoise: readonly string[];
  }[];
  readonly warnings: readonly string[];
  readonly steps: number;
  readonly batchSize: number;
}

function rankingOf({ code, output, messages }: Finished): Ranking {
  expect(code, `${output}${messages}`).toBe(0);
  expect(output).toMatch(/^\{.*\}\n$/);
  return JSON.parse(output) as Ranking;
}

/** All but the times. */
const resultsOf = ({ rows }: Ranking): unknown => rows.map(({ augmenter, results }) => ({ augmenter, results }));

describe("a ranking", () => {
  let ranking: Ranking;

  beforeAll(async () => {
    ranking = rankingOf(await rank("--augmenters", entries.join(","), "--json"));
  }, 120_000);

  it("holds every entry, chains and options with it, the lowest T. stddev first", () => {
    expect(ranking).toMatchObject({ by: { key: "tStddev", better: "lower" }, steps: 25, batchSize: 16 });
    expect(ranking.rows.map((row) => row.augmenter).sort()).toEqual([...entries].sort());
    const values = ranking.rows.map((row) => row.results["tStddev"]!);
    for (const value of values) expect(value).toBeGreaterThan(0);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(new Set(values).size).toBe(entries.length);
    for (const { results } of ranking.rows) expect(results["draws"]).toBe(5);
  });

  it("has an interval for every value, and says of each pair alike whether it is within noise", () => {
    expect(ranking.warnings).toEqual([]);
    for (const { augmenter, results, intervals, withinNoise } of ranking.rows) {
      const { low, high, level } = intervals["tStddev"]!;
      expect(low < results["tStddev"]! && results["tStddev"]! < high, JSON.stringify(intervals)).toBe(true);
      expect(level).toBe(0.95);
      for (const other of ranking.rows) expect(other.withinNoise.includes(augmenter)).toBe(withinNoise.includes(other.augmenter));
    }
  });

  it("says the same again, in any order of its entries and without the others", async () => {
    const turned = rankingOf(await rank("--augmenters", [...entries].reverse().join(","), "--json"));
    expect(resultsOf(turned)).toEqual(resultsOf(ranking));
    const alone = rankingOf(await rank("--augmenters", entries[2]!, "--json"));
    expect(alone.rows[0]!.results).toEqual(ranking.rows.find((row) => row.augmenter === entries[2])!.results);
  });

  it("says other numbers with another seed", async () => {
    const other = rankingOf(await rank("--augmenters", entries.join(","), "--seed", "1", "--json"));
    expect(resultsOf(other)).not.toEqual(resultsOf(ranking));
  });

  it("is a table for people, in the same order, and nothing is written", async () => {
    const before = readdirSync(folder.path, { recursive: true }).sort();
    const { code, output } = await rank("--augmenters", entries.join(","));
    expect(code).toBe(0);
    const names = output.split("\n").map((line) => line.split(/\s{2,}/)[0]!).filter((name) => entries.includes(name));
    expect(names).toEqual(ranking.rows.map((row) => row.augmenter));
    expect(output).toContain("tStddev");
    expect(output).toContain("25 batches of 16 images");
    expect(readdirSync(folder.path, { recursive: true }).sort()).toEqual(before);
  });
});

describe("a ranking as files", () => {
  const page = join(folder.path, "ranking.html");
  const table = join(folder.path, "ranking.csv");

  it("is a page, a picture and a table, made at once", async () => {
    const picture = join(folder.path, "ranking.svg");
    const { code, output } = await rank("--augmenters", "cutmix,cutout", "--out", page, "--out", table, "--out", picture, "--json");
    expect(code).toBe(0);
    expect((JSON.parse(output) as { files: string[] }).files).toEqual([page, table, picture]);
    expect(readFileSync(page, "utf8")).toContain("within noise of");
    expect(readFileSync(picture, "utf8")).toMatch(/^<svg /);
    const lines = readFileSync(table, "utf8").trimEnd().split("\n");
    expect(lines[0]).toMatch(/^augmenter,tStddev,low,high,within noise of,/);
    expect(lines.slice(1).map((line) => line.split(",")[0]).sort()).toEqual(["cutmix", "cutout"]);
  });

  it("replaces nothing, and is refused before anything is computed", async () => {
    const before = readFileSync(table, "utf8");
    for (const [parameters, code] of [
      [["--out", table], "KDF_OUTPUT_UNUSABLE"],
      [["--out", join(folder.path, "ranking.png")], "KDF_OUTPUT_UNUSABLE"],
      [["--out", "new.csv", "--out", "./new.csv"], "KDF_COMMAND_LINE_INVALID"],
    ] as const) {
      const refused = await rank("--augmenters", "cutmix", ...parameters, "--json");
      expect(refused.code).toBe(2);
      expect(errorCode(refused)).toBe(code);
    }
    expect(readFileSync(table, "utf8")).toBe(before);
  });
});

describe("an entry that picks by the student", () => {
  const picking = "cutmixpick?criterion=student-entropy";

  it("is refused by name without --student-weights", async () => {
    const refused = await rank("--augmenters", `cutmix,${picking}`, "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_AUGMENTER_NEEDS_STUDENT");
    const { error } = JSON.parse(refused.output) as { error: { happened: string; fix: string } };
    expect(error.happened).toContain(picking);
    expect(error.fix).toContain("--student-weights");
  });

  it("is ranked with a student's run", async () => {
    const run = join(folder.path, "student");
    expect((await kdf("train", ...experiment, "--run-dir", run)).code).toBe(0);
    const { rows } = rankingOf(await rank("--augmenters", `cutmix,${picking}`, "--student-weights", run, "--json"));
    expect(rows.map((row) => row.augmenter).sort()).toEqual(["cutmix", picking].sort());
    expect(rows[0]!.results["tStddev"]).not.toBe(rows[1]!.results["tStddev"]);
  });
});

describe("a ranking with a local plugin", () => {
  it("takes the chain from --augmenters alone", async () => {
    const entry = "faulty-augmenter?hook=save";
    const named = ["--augmenters", `${entry},cutout`, "--json"];
    expect(errorCode(await rank(...named))).toBe("KDF_CONTRIBUTION_UNKNOWN");
    const { rows } = rankingOf(await rank(...named, ...pluginParameters(folder.path, "faulty-augmenter")));
    expect(rows.map((row) => row.augmenter).sort()).toEqual(["cutout", entry].sort());
  });
});

describe("a ranking or an evaluation without a preset", () => {
  it("demands no student, no distiller, no epochs", async () => {
    const file = join(folder.path, "little.yaml");
    const whole = parse(readFileSync(join(folder.path, "experiment.yaml"), "utf8")) as Record<string, unknown>;
    const { student: _student, distiller: _distiller, epochs: _epochs, ...little } = whole;
    writeFileSync(file, stringify(little));
    rankingOf(await kdf("rank", "--config", file, "--augmenters", "cutmix", "--steps", "10", "--json"));
    const { batchSize: _batchSize, teacher: _teacher, ...less } = little;
    writeFileSync(file, stringify(less));
    const evaluated = await kdf("eval", "boring", "--config", file, "--json");
    expect(evaluated.code, evaluated.output).toBe(0);
    const refused = await kdf("rank", "--config", file, "--augmenters", "cutmix", "--json");
    expect(errorCode(refused)).toBe("KDF_CONFIGURATION_INVALID");
    for (const name of ["teacher: missing", "batchSize: missing"]) expect(refused.output).toContain(name);
  });
});

describe("a model that does not fit, or that may know the images", () => {
  const trained = join(folder.path, "trained");
  const four = join(folder.path, "four-classes");

  beforeAll(async () => {
    const train = (...parameters: string[]): Promise<Finished> => kdf("train", ...experiment, "--no-teacher", ...parameters);
    for (const [run, ...more] of [[trained], [four, "--set", "dataset:boring.classes=4"]] as const) {
      const { code, messages } = await train("--run-dir", run, ...more);
      expect(code, messages).toBe(0);
    }
  }, 120_000);

  const warning = "trained with another validation split";
  const other = ["--set", "validation.seed=5"];

  /** Messages are broken into lines of the terminal. */
  const said = ({ messages }: Finished): string => messages.replaceAll("\n", " ");

  it("is told of in a ranking by a teacher that trained with another split", async () => {
    const parameters = ["--augmenters", "cutmix", "--teacher", trained, "--steps", "10", "--json"];
    expect(said(await rank(...parameters))).not.toContain(warning);
    const warned = await rank(...parameters, ...other);
    rankingOf(warned);
    expect(said(warned)).toContain(warning);
  });

  it("is told of in an evaluation on the validation images, not on the test images", async () => {
    const evaluation = (...parameters: string[]): Promise<Finished> => kdf("eval", trained, ...experiment, ...parameters, "--json");
    expect(said(await evaluation("--split", "validation"))).not.toContain(warning);
    const warned = await evaluation("--split", "validation", ...other);
    expect(warned.code).toBe(0);
    expect(said(warned)).toContain(warning);
    expect(said(await evaluation("--split", "test", ...other))).not.toContain(warning);
  });

  it("is refused as the student of a ranking", async () => {
    const refused = await rank("--augmenters", "cutmixpick?criterion=student-entropy", "--student-weights", four, "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_MODEL_MISMATCH");
    for (const name of ["--student-weights", "4 classes", "3 classes"]) expect(refused.output).toContain(name);
  });

  it.each([["--teacher", "boring"], ["--student", "boring"], ["--epochs", "2"], ["--seed", "1"], ["--batch-size", "8"], ["--no-teacher"]])(
    "is evaluated without %s",
    async (...option) => {
      const refused = await kdf("eval", trained, ...experiment, ...option, "--json");
      expect(refused.code).toBe(2);
      expect(errorCode(refused)).toBe("KDF_COMMAND_LINE_INVALID");
      expect(refused.output).toContain(option[0]);
    },
  );
});

describe("a ranking that is not possible", () => {
  it.each([
    [["--augmenters", "cutmx"], "KDF_CONTRIBUTION_UNKNOWN", "Did you mean cutmix?"],
    [["--augmenters", "cutmixpick?poolFactr=3"], "KDF_OPTIONS_INVALID", "did you mean poolFactor?"],
    [["--augmenters", "cutmixpick+cutout"], "KDF_AUGMENTER_ORDER", "cutmixpick"],
    [["--augmenters", "cutmix", "--steps", "none"], "KDF_COMMAND_LINE_INVALID", "--steps none"],
    [["--augmenters", "cutout?side=4?perImage=true"], "KDF_COMMAND_LINE_INVALID", "cutout?side=4?perImage=true"],
    [["--augmenters", "cutmix", "--no-teacher"], "KDF_COMMAND_LINE_INVALID", "--no-teacher"],
    [["--augmenters", "cutmix", "--set", "teacher=null"], "KDF_CONFIGURATION_INVALID", "name one with --teacher"],
    [["--augmenters", "cutmix", "--student", "resnet8"], "KDF_COMMAND_LINE_INVALID", "--student"],
    [["--augmenters", "cutmix", "--epochs", "3"], "KDF_COMMAND_LINE_INVALID", "--epochs"],
    [["--augmenters", "cutmix", "--distiller", "kd"], "KDF_COMMAND_LINE_INVALID", "--distiller"],
    [["--augmenters", "cutmix", "--run-dir", "x"], "KDF_COMMAND_LINE_INVALID", "--run-dir"],
  ])("%j", async (parameters, code, name) => {
    const refused = await rank(...parameters, "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe(code);
    expect(refused.output).toContain(name);
  });
});
