import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseOptions, type Augmenter, type Json } from "@kdf/core";
import cutmix from "@kdf/plugin-cutmix";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { BoringDataset, boringDatasetOptions } from "@kdf/testing";
import { preview } from "@kdf/trainer";
import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes } from "parse5";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { experiment as inProcess } from "./in-process.js";
import { boringExperiment, errorCode, kdf, pluginParameters, repository, startKdf, temporaryFolder, type Finished } from "./kdf.js";

/** `kdf preview` against draws by hand, and its page by a real parser. Images of 12 x 12 pixels, 3 classes, batches of 16. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const experiment = boringExperiment(folder.path, { distiller: "kd", metrics: ["boring-accuracy"], epochs: 2, checkpointEverySteps: 0 });
const previewed = (...parameters: string[]): Promise<Finished> => kdf("preview", ...experiment, ...parameters, "--json");
const size = 12;
const [mean, std, sharpness, classes] = [0.4, 0.25, 12, 3];

interface Answer {
  readonly class: string;
  readonly probability: number;
  readonly entropy: number;
}
interface Image {
  readonly row: number;
  readonly teacher?: Answer;
  readonly picked?: boolean;
}
interface Report {
  readonly file: string;
  readonly seed: number;
  readonly stepsPerEpoch: number;
  readonly labels: string[];
  readonly indices: number[];
  readonly original: Image[];
  readonly augmenters: { readonly augmenter: string; readonly plans: Record<string, Json>; readonly images: Image[] }[];
}

function reportOf({ code, output, messages }: Finished): Report {
  expect(code, `${output}${messages}`).toBe(0);
  expect(output).toMatch(/^\{.*\}\n$/);
  return JSON.parse(output) as Report;
}

/** What the boring teacher says of an image of one channel, by its definition, and the entropy of that. */
function answerByHand(pixels: ArrayLike<number>): { readonly class: number; readonly entropy: number } {
  const rows = size / classes;
  const logits = Array.from({ length: classes }, (_, label) => {
    const band = Array.from({ length: rows * size }, (_, at) => pixels[label * rows * size + at]!);
    return (sharpness * band.reduce((sum, pixel) => sum + pixel, 0)) / band.length;
  });
  const weights = logits.map(Math.exp);
  const probabilities = weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
  return {
    class: probabilities.indexOf(Math.max(...probabilities)),
    entropy: -probabilities.reduce((sum, p) => sum + p * Math.log(p), 0),
  };
}

/** The batch of a step, cropped and flipped, by what docs/adr/0003 and the loader say of the streams; in [0, 1]. */
async function batchByHand(seed: number, epoch: number, step: number): Promise<{ readonly rows: number[]; readonly images: number[][] }> {
  const source = await new BoringDataset(boringDatasetOptions.parse({})).open("training");
  const streams = createStreams(seed);
  const rows = streams.at("data-order", { stage: 0, epoch }).permutation(source.length).slice(step * 16, step * 16 + 16);
  const pixels = await source.read(Int32Array.from(rows));
  const images = rows.map((row, place) => {
    const stream = streams.at("crop-and-flip", { stage: 0, epoch, step, row });
    const [down, right] = [stream.integer(3) - 1, stream.integer(3) - 1];
    const flipped = stream.uniform() < 0.5;
    return Array.from({ length: size * size }, (_, at) => {
      const [y, x] = [Math.floor(at / size) + down, (flipped ? size - 1 - (at % size) : at % size) + right];
      return y < 0 || y >= size || x < 0 || x >= size ? 0 : pixels[(place * size + y) * size + x]! / 255;
    });
  });
  return { rows, images };
}

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

function elements(node: Node, name: string): Element[] {
  const here = tree.isElementNode(node) && node.tagName === name ? [node] : [];
  return [...here, ...("childNodes" in node ? node.childNodes.flatMap((child) => elements(child, name)) : [])];
}
const attribute = (element: Element, name: string): string | undefined => element.attrs.find((one) => one.name === name)?.value;
const textOf = (node: Node): string => ("value" in node ? node.value : "childNodes" in node ? node.childNodes.map(textOf).join("") : "");
const everything = (node: Node): Element[] => [
  ...(tree.isElementNode(node) ? [node] : []),
  ...("childNodes" in node ? node.childNodes.flatMap(everything) : []),
];

/** Grey values of an embedded picture; every pixel of it is grey. */
function pixelsOf(figure: Element): number[] {
  const [, data = ""] = attribute(elements(figure, "img")[0]!, "src")!.split("data:image/png;base64,");
  const { width, height, data: rgba } = PNG.sync.read(Buffer.from(data, "base64"));
  expect([width, height]).toEqual([size, size]);
  return Array.from({ length: width * height }, (_, at) => {
    expect([rgba[at * 4 + 1], rgba[at * 4 + 2], rgba[at * 4 + 3]]).toEqual([rgba[at * 4], rgba[at * 4], 255]);
    return rgba[at * 4]!;
  });
}

const byte = (brightness: number): number => Math.min(255, Math.max(0, Math.round(brightness * 255)));

describe("a page", () => {
  const file = join(folder.path, "gallery.html");
  const parameters = ["--augmenters", "cutmix,cutmixpick?poolFactor=3", "--count", "5", "--seed", "4", "--epoch", "1", "--step", "2"];
  // All images train, so that rows of the split are rows of the data set.
  const draw = [...parameters, "--set", "validation.fraction=0"];
  let report: Report;
  let document: DefaultTreeAdapterTypes.Document;
  /** [original, cutmix, cutmixpick][row] -> figures */
  let cells: Element[][][];

  beforeAll(async () => {
    await startReferenceEngine();
    report = reportOf(await previewed(...draw, "--out", file));
    document = parse(readFileSync(file, "utf8"));
    const rows = elements(elements(document, "tbody")[0]!, "tr");
    cells = [0, 1, 2].map((column) => rows.map((row) => elements(elements(row, "td")[column]!, "figure")));
  });

  it("asks nothing of a network and runs nothing", () => {
    const all = everything(document);
    expect(all.filter(({ tagName }) => ["script", "iframe", "object", "embed", "base"].includes(tagName))).toEqual([]);
    const links = all.flatMap((element) => ["src", "href", "srcset", "action"].map((name) => attribute(element, name)));
    for (const link of links) expect(link ?? "data:").toMatch(/^data:/);
    expect(elements(document, "style").map(textOf).join("")).not.toMatch(/url\(|@import|image-set/);
    for (const { attrs } of all) for (const { name } of attrs) expect(name).not.toMatch(/^on/);
  });

  it("shows the batch as the step sees it, by hand", async () => {
    const { rows, images } = await batchByHand(4, 1, 2);
    expect(report.indices).toEqual(rows);
    expect(report.labels).toEqual(rows.map((row) => `band ${row % classes}`));
    expect(cells[0]).toHaveLength(5);
    for (const [row, figures] of cells[0]!.entries()) expect(figures.map(pixelsOf)).toEqual([images[row]!.map(byte)]);
  });

  it("shows what the augmenter makes of it, called by hand", async () => {
    const { images, rows } = await batchByHand(4, 1, 2);
    const definition = cutmix.provides.augmenter!["cutmix"]!;
    const augmenter = (await definition.create(await parseOptions(definition.options, {}, "cutmix"), {} as never)) as Augmenter;
    const info = { size: 16, height: size, width: size, channels: 1, mean: [mean], std: [std] };
    const plan = augmenter.sample(createStreams(4).at("augmenter:cutmix", { stage: 0, epoch: 1, step: 2 }), info);
    expect(report.augmenters[0]!.plans).toEqual({ "augmenter:cutmix": plan });
    const batch = {
      images: floats(images.flat().map((brightness) => (brightness - mean) / std), [16, size, size, 1]),
      labels: integers(rows.map((row) => row % classes), [16]),
      indices: integers(rows, [16]),
    };
    const pool = augmenter.propose(plan, batch);
    const values = readNow(pool.images);
    for (const [row, figures] of cells[1]!.entries()) {
      const own = [...values.slice(row * size * size, (row + 1) * size * size)].map((value) => value * std + mean);
      expect(figures.map(pixelsOf)).toEqual([own.map(byte)]);
    }
    const whole = Array.from({ length: 16 }, (_, row) => answerByHand([...values.slice(row * size * size, (row + 1) * size * size)].map((value) => value * std + mean)));
    const said = report.augmenters[0]!.images.map(({ teacher }) => teacher!);
    expect(said.map((answer) => answer.class)).toEqual(whole.map((answer) => `band ${answer.class}`));
    said.forEach(({ entropy }, row) => expect(entropy).toBeCloseTo(whole[row]!.entropy, 4));
    disposeAll([pool.images, ...Object.values(batch)]);
  });

  it("says the teacher's entropy of each, as a softmax by hand gives it", async () => {
    const { images } = await batchByHand(4, 1, 2);
    report.original.forEach(({ row, teacher }) => {
      const expected = answerByHand(images[row]!);
      expect(teacher!.class).toBe(`band ${expected.class}`);
      expect(teacher!.entropy).toBeCloseTo(expected.entropy, 4);
    });
    for (const [column, { images: said }] of [report.original, ...report.augmenters].map((one) => ("images" in one ? one : { images: one })).entries()) {
      cells[column]!.forEach((figures, row) => {
        const answers = said.filter((image) => image.row === row).map(({ teacher }) => teacher!);
        expect(figures).toHaveLength(answers.length);
        figures.forEach((figure, at) => {
          const caption = textOf(elements(figure, "figcaption")[0]!);
          expect(caption).toContain(answers[at]!.class);
          expect(caption).toContain(answers[at]!.entropy.toFixed(3));
          expect(attribute(elements(figure, "span").find((span) => attribute(span, "class") === "bar")!, "style")).toBe(
            `--share: ${((answers[at]!.entropy / Math.log(classes)) * 100).toFixed(1)}%`,
          );
        });
      });
    }
  });

  it("marks the rows of the pool with the largest entropies as picked, the others as left", () => {
    const { images } = report.augmenters[1]!;
    expect(images).toHaveLength(48);
    const largest = [...images].sort((a, b) => b.teacher!.entropy - a.teacher!.entropy).slice(0, 16);
    expect(images.filter(({ picked }) => picked === true)).toEqual(images.filter((image) => largest.includes(image)));
    expect(images.every(({ picked }) => picked !== undefined)).toBe(true);
    cells[2]!.forEach((figures, row) => {
      const own = images.filter((image) => image.row === row);
      expect(own).toHaveLength(3);
      expect(figures.map((figure) => attribute(figure, "class"))).toEqual(own.map(({ picked }) => (picked === true ? "picked" : "left")));
    });
    for (const figure of cells.slice(0, 2).flat(2)) expect(attribute(figure, "class")).toBeUndefined();
  });

  it("tells the plan of a draw by hovering and by keyboard", () => {
    const tooltips = everything(document).filter((element) => attribute(element, "role") === "tooltip");
    const ids = tooltips.map((tooltip) => attribute(tooltip, "id")!);
    expect(new Set(ids).size).toBe(ids.length);
    const described = everything(document).filter((element) => attribute(element, "aria-describedby") !== undefined);
    expect(described.map((element) => attribute(element, "aria-describedby")).sort()).toEqual([...ids].sort());
    for (const element of described) expect(attribute(element, "tabindex")).toBe("0");
    report.augmenters.forEach(({ plans }, place) => {
      const head = tooltips.find((tooltip) => attribute(tooltip, "id") === `plan-${place + 1}`)!;
      const [plan] = Object.values(plans);
      const lines = Object.entries((plan ?? {}) as object).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
      expect(textOf(elements(head, "pre")[0]!).trim()).toBe(lines.join("\n") || "nothing: it does the same to every batch");
    });
    for (const figure of cells[1]!.flat()) expect(textOf(elements(figure, "pre")[0]!)).toContain("lambda: ");
  });

  it("is the same file for the same seed, by the command that it names too; another for another seed", async () => {
    const [again, other] = [join(folder.path, "again.html"), join(folder.path, "other.html")];
    const written = textOf(elements(elements(document, "footer")[0]!, "code")[0]!);
    expect(written).toMatch(/^kdf preview --augmenters 'cutmix,cutmixpick\?poolFactor=3' --stage 0 --epoch 1 --step 2 --seed 4 --count 5 /);
    const words = [...written.matchAll(/'([^']*)'|(\S+)/g)].map(([, inside, bare]) => inside ?? bare!).slice(1);
    expect((await kdf(...words, "--out", again)).code).toBe(0);
    expect(readFileSync(again)).toEqual(readFileSync(file));
    reportOf(await previewed(...draw.map((word, at) => (draw[at - 1] === "--seed" ? "5" : word)), "--out", other));
    expect(readFileSync(other)).not.toEqual(readFileSync(file));
  });
});

describe("a preview of a run", () => {
  it("draws what the run drew at that step", async () => {
    const run = join(folder.path, "run");
    const parameters = ["--seed", "7", "--plugin", "cutout", "--plugin", "cutmixpick", "--set", "recordPlans=true", "--run-dir", run];
    const trained = await kdf("train", ...experiment, ...parameters);
    expect(trained.code, trained.messages).toBe(0);
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    const steps = lines.filter((line) => line["type"] === "step");
    for (const [epoch, step] of [[0, 0], [1, 3]] as const) {
      const parameters = ["--augmenters", "cutout+cutmixpick", "--seed", "7", "--epoch", `${epoch}`, "--step", `${step}`];
      const report = reportOf(await previewed(...parameters, "--out", join(folder.path, `run-${epoch}-${step}.html`)));
      const line = steps.find(({ globalStep }) => globalStep === epoch * report.stepsPerEpoch + step + 1)!;
      expect(line["epoch"]).toBe(epoch);
      expect(report.augmenters[0]!.plans).toEqual(line["plans"]);
    }
  });
});

describe("a picture file", () => {
  it("holds the same pictures, enlarged, and is the same for the same seed", async () => {
    const files = ["a.png", "b.png"].map((name) => join(folder.path, name));
    const draw = ["--augmenters", "cutmix,cutmixpick", "--count", "2", "--set", "validation.fraction=0"];
    for (const file of files) reportOf(await previewed(...draw, "--out", file));
    const bytes = readFileSync(files[0]!);
    expect(readFileSync(files[1]!)).toEqual(bytes);
    const { width, height, data } = PNG.sync.read(bytes);
    const { images } = await batchByHand(0, 0, 0);
    // The top left pixel of each picture is a square of 9 x 9: look for the first picture wherever it was laid out.
    const scale = 9;
    const grey = (x: number, y: number): number => data[(y * width + x) * 4]!;
    const wanted = images[0]!.map(byte);
    const standsAt = (left: number, top: number): boolean =>
      wanted.every((value, at) => grey(left + (at % size) * scale + 4, top + Math.floor(at / size) * scale + 4) === value);
    let found = 0;
    for (let top = 0; top + size * scale <= height; top += 1) {
      for (let left = 0; left + size * scale <= width; left += 1) if (standsAt(left, top)) found += 1;
    }
    // It stands once, as the original; within a square's border any of 9 x 9 places reads the same.
    expect(found).toBe(scale * scale);
  });
});

describe("a preview in this process", () => {
  it("leaves no tensor behind, with a picking student, without a teacher, and where it is refused", async () => {
    const { container, configuration } = inProcess({});
    const student = join(folder.path, "student");
    expect((await kdf("train", ...experiment, "--no-teacher", "--run-dir", student)).code).toBe(0);
    const look = (augmenters: string[], teacher: string | null) =>
      preview({
        container,
        configuration: { ...configuration, teacher },
        augmenters,
        split: "validation",
        position: { stage: 0, epoch: 0, step: 0 },
        count: 3,
        studentWeights: student,
      });
    const before = tensorCount();
    await expect(look(["student-pick"], "boring")).rejects.toMatchObject({ code: "KDF_DATA_TOO_SMALL", message: expect.stringContaining("validation split") });
    const small = { ...configuration, batchSize: 4 };
    const request = { container, configuration: small, augmenters: ["student-pick"], split: "validation" as const, position: { stage: 0, epoch: 0, step: 1 }, count: 9, studentWeights: student };
    const withTeacher = await preview(request);
    expect(withTeacher.columns[0]!.images.filter(({ picked }) => picked === true)).toHaveLength(4);
    expect(withTeacher.columns[0]!.images.every(({ teacher }) => teacher !== undefined)).toBe(true);
    expect(withTeacher.count).toBe(4);
    const without = await preview({ ...request, configuration: { ...small, teacher: null } });
    expect(without.original.every(({ teacher }) => teacher === undefined)).toBe(true);
    expect(without.columns[0]!.images.map(({ picked }) => picked)).toEqual(withTeacher.columns[0]!.images.map(({ picked }) => picked));
    await expect(preview({ ...request, augmenters: ["student-pick", "faulty-augmenter?hook=propose"] })).rejects.toMatchObject({ code: "KDF_PLUGIN_THREW" });
    expect(tensorCount()).toBe(before);
  });
});

describe("without a teacher", () => {
  it("shows images alone, of three channels too", async () => {
    const file = join(folder.path, "colour.html");
    const report = reportOf(
      await previewed("--augmenters", "cutmix", "--no-teacher", "--count", "1", "--set", "dataset:boring.channels=3", "--out", file),
    );
    expect(report.original[0]!.teacher).toBeUndefined();
    const figures = elements(parse(readFileSync(file, "utf8")), "figure");
    expect(figures).toHaveLength(2);
    for (const figure of figures) {
      const data = attribute(elements(figure, "img")[0]!, "src")!.split(",")[1]!;
      // PNG's header: colour type 2 is RGB.
      expect(Buffer.from(data, "base64")[25]).toBe(2);
      expect(textOf(figure)).not.toContain("nats");
    }
  });
});

describe("a preview that is not possible", () => {
  const occupied = join(folder.path, "occupied.html");
  beforeAll(() => writeFileSync(occupied, "mine"));

  it.each([
    [["--augmenters", "cutmx"], "KDF_CONTRIBUTION_UNKNOWN", "Did you mean cutmix?"],
    [["--augmenters", "cutmixpick+cutout"], "KDF_AUGMENTER_ORDER", "cutmixpick"],
    [["--augmenters", "cutmixpick?poolFactr=3"], "KDF_OPTIONS_INVALID", "did you mean poolFactor?"],
    [["--augmenters", "cutmix,"], "KDF_COMMAND_LINE_INVALID", "kdf preview --help"],
    [["--augmenters", "cutmix,cutmixpick", "--no-teacher"], "KDF_AUGMENTER_NEEDS_TEACHER", "cutmixpick picks by the teacher"],
    [["--augmenters", "cutmixpick?criterion=student-entropy"], "KDF_AUGMENTER_NEEDS_STUDENT", "--student-weights"],
    [["--augmenters", "cutmix", "--step", "6"], "KDF_STEP_BEYOND_EPOCH", "a step from 0 to 5"],
    [["--augmenters", "cutmix", "--split", "validation"], "KDF_DATA_TOO_SMALL", "validation split"],
    [["--augmenters", "cutmix", "--split", "test"], "KDF_COMMAND_LINE_INVALID", "never those that a run is tested on"],
    [["--augmenters", "cutmix", "--count", "0"], "KDF_COMMAND_LINE_INVALID", "--count 0"],
    [["--augmenters", "cutmix", "--epoch", "-1"], "KDF_COMMAND_LINE_INVALID", "--epoch -1"],
    [["--augmenters", "cutmix", "--out", "gallery.pdf"], "KDF_OUTPUT_UNUSABLE", "ending in .html or .png"],
    [["--augmenters", "cutmix", "--out", "nowhere/gallery.html"], "KDF_OUTPUT_UNUSABLE", "there is no folder"],
    [["--augmenters", "cutmix", "--out", occupied], "KDF_OUTPUT_UNUSABLE", "it exists"],
  ])("%j", async (parameters, code, name) => {
    const out = parameters.includes("--out") ? [] : ["--out", join(folder.path, "never.html")];
    const refused = await previewed(...parameters, ...out);
    expect(refused.code, refused.output).toBe(2);
    expect(errorCode(refused)).toBe(code);
    expect(refused.output).toContain(name);
    expect(readdirSync(folder.path)).not.toContain("never.html");
    expect(readFileSync(occupied, "utf8")).toBe("mine");
  });
});

describe("a preview for people", () => {
  it("takes the first free name beside where it is called, says so in 80 columns, and overwrites nothing", async () => {
    const place = join(folder.path, "place");
    mkdirSync(place);
    writeFileSync(join(place, "preview-1.html"), "mine");
    writeFileSync(join(place, "package.json"), JSON.stringify({ dependencies: { "@kdf/plugin-cpu": "*" } }));
    symlinkSync(join(repository, "node_modules"), join(place, "node_modules"));
    const plugin = pluginParameters(folder.path, "faulty-augmenter");
    const { code, output, messages } = await startKdf(["preview", "--augmenters", "faulty-augmenter?hook=save", ...experiment, ...plugin], place).finished;
    expect(code, messages).toBe(0);
    expect(readdirSync(place).sort()).toEqual(["node_modules", "package.json", "preview-1.html", "preview-2.html"]);
    expect(readFileSync(join(place, "preview-1.html"), "utf8")).toBe("mine");
    const lines = output.trimEnd().split("\n");
    expect(lines.at(-1)).toBe(join(place, "preview-2.html"));
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(output).toMatch(/^original +16 +\d/m);
  });
});
