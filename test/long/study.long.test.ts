import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyRecord } from "@kdf/analysis";
import { writePlugin } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { kdf, repository, temporaryFolder } from "../e2e/kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe("a study that trains its teacher and asks a frozen student", () => {
  it("makes both before what needs them, two processes at once", async () => {
    const picking = "cutmixpick?criterion=student-entropy";
    const file = join(folder.path, "study.yaml");
    const directory = join(folder.path, "study");
    const study = {
      name: "own-teacher",
      settings: {
        plugins: [writePlugin(join(folder.path, "boring"), "boring")],
        dataset: "boring",
        distiller: "kd",
        metrics: ["boring-accuracy", "loss"],
        monitor: "boring-accuracy",
        engine: "cpu",
        epochs: 2,
        batchSize: 16,
        options: { "metric:t-stddev": { blockSteps: 2 } },
      },
      pairs: [
        { id: "a", teacher: { train: { network: "boring", epochs: 1 } }, student: "boring" },
        { id: "b", teacher: { train: { network: "boring", epochs: 1 } }, student: "boring", settings: { batchSize: 8 } },
      ],
      augmenters: ["identity", "cutmix", "cutout+cutmix", picking],
      seeds: [0, 1],
      measurement: { steps: 12 },
    };
    writeFileSync(file, stringify(study));
    const { code, output, messages } = await kdf("study", file, "--run-dir", directory, "--jobs", "2", "--compare", "published", "--json");
    expect(code, `${messages}${output}`).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ complete: true, failed: 0, done: 1 + 2 + 8 + 16 });

    // Both pairs share the one teacher.
    expect(readdirSync(join(directory, "teachers"))).toEqual(["boring"]);
    const record = JSON.parse(readFileSync(join(directory, "study.json"), "utf8")) as StudyRecord;
    expect(record.cells.every(({ state, final }) => state === "done" && Number.isFinite(final?.["loss"]))).toBe(true);
    const values = record.measurements.map(({ values }) => values["t-stddev"]!);
    expect(new Set(values.map(({ value }) => value)).size).toBe(8);
    for (const { value, interval } of values) {
      expect(interval!.low).toBeLessThan(value);
      expect(interval!.high).toBeGreaterThan(value);
    }
    const { student } = JSON.parse(readFileSync(join(directory, `measurements/a/${picking.replace("?", "_")}/task.json`), "utf8")) as { student: string };
    expect(student).toBe("./frozen-students/a/run");
    const report = readFileSync(join(directory, "report.html"), "utf8");
    for (const { run } of record.cells) expect(report).toContain(run!.split("/").map(encodeURIComponent).join("/"));
    expect(report).not.toMatch(/(?:src|href)="https?:/);
  }, 600_000);
});

describe("the studies that ship", () => {
  const studies = readdirSync(join(repository, "studies"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .map((path) => [path, parse(readFileSync(join(repository, "studies", path), "utf8")) as { augmenters?: string[] }] as const)
    .filter(([, study]) => study.augmenters !== undefined);

  it.each(studies)("%s names nothing that is not there", async (_, study) => {
    const file = join(folder.path, "shipped.yaml");
    writeFileSync(file, stringify({ ...study, augmenters: [...study.augmenters!, "not-there"] }));
    const { output } = await kdf("study", file, "--dry-run", "--json");
    const { error } = JSON.parse(output) as { error: { happened: string } };
    // A problem that it does not have is told alone: there is no other.
    expect(error.happened).toMatch(/^The study \S+ cannot be run: augmenters: No installed plugin provides the augmenter not-there\.?$/);
  });
});

describe("one cell of each of the paper's studies, on small files in the data set's own format", () => {
  const fixtures = join(repository, "test/external/datasets/fixtures");
  const classes = ["n02869837", "n01749939"];
  const images = join(folder.path, "imagenet");
  for (const [split, names] of [["train", ["cmyk.jpg", "grey.jpg"]], ["val", ["png-named.jpg"]]] as const) {
    for (const id of classes) {
      mkdirSync(join(images, split, id), { recursive: true });
      for (const name of names) copyFileSync(join(fixtures, "images", name), join(images, split, id, `${id}_${name.replace("jpg", "JPEG")}`));
    }
  }

  it.each([
    ["cifar100", join(fixtures, "cifar100"), 20, { verify: false }],
    ["tiny-imagenet", join(fixtures, "tiny-imagenet"), 6, { verify: false }],
    ["imagenet100", images, 2, { classes }],
  ])("%s", async (name, data, batchSize, options) => {
    const study = parse(readFileSync(join(repository, "studies/configs", `${name}.yaml`), "utf8")) as {
      settings: { options?: object };
      pairs: { readonly student: string }[];
      measurement: object;
    };
    const file = join(folder.path, `${name}.yaml`);
    const directory = join(folder.path, name);
    const settings = { ...study.settings, epochs: 1, batchSize, workers: 0, options: { ...study.settings.options, [name]: options } };
    const measurement = { ...study.measurement, metrics: ["t-stddev"], steps: 10 };
    writeFileSync(file, stringify({ ...study, settings, measurement, pairs: study.pairs.filter(({ student }, place) => student === "resnet20" || (place === 0 && name === "imagenet100")), augmenters: ["autoaugment"], seeds: [0] }));
    const { code, messages, output } = await kdf("study", file, "--run-dir", directory, "--data-dir", data, "--engine", "wasm", "--json");
    expect(code, `${messages}${output}`).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ complete: true, done: 3 });
    const { cells, measurements, dataset } = JSON.parse(readFileSync(join(directory, "study.json"), "utf8")) as StudyRecord;
    expect(dataset).toBe(name);
    expect(cells[0]!.final).toMatchObject({ loss: expect.any(Number), "top-1": expect.any(Number), "top-5": expect.any(Number) });
    expect(measurements[0]).toMatchObject({ draws: 2, values: { "t-stddev": { value: expect.any(Number) } } });
    // What decides the result is the recipe's, but for the one epoch of small batches.
    const { configuration } = JSON.parse(readFileSync(join(directory, cells[0]!.run!, "run.json"), "utf8")) as { configuration: Record<string, unknown> };
    expect(configuration).toMatchObject({ recipe: name === "imagenet100" ? "imagenet" : "cifar100-crd", schedule: { id: "step" }, validation: { fraction: 0 } });
  }, 900_000);
});
