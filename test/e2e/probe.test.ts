import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, type NamedArray, type StoredArray } from "@kdf/nn";
import { afterAll, describe, expect, it } from "vitest";
import { expectParity, Fixture } from "../parity/parity.js";
import { errorCode, kdf, repository, temporaryFolder } from "./kdf.js";

/** `kdf probe`: recorded tensors go in, one JSON object and tensors come out, compared with PyTorch's numbers. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const fixtures = join(repository, "test/parity/fixtures");
const casesOf = (kind: string): string[] =>
  readdirSync(join(fixtures, kind))
    .filter((file) => file.endsWith(".inputs.safetensors"))
    .map((file) => file.replace(".inputs.safetensors", ""));
const inputsOf = (path: string): string => join(fixtures, `${path}.inputs.safetensors`);
const file = (name: string): string => join(folder.path, name);

/** Runs a probe that must succeed; standard output is one JSON object and nothing else. */
async function probe(...parameters: string[]): Promise<Record<string, unknown>> {
  const engine = parameters[0] === "metric" ? [] : ["--engine", "cpu"];
  const { code, output, messages } = await kdf("probe", ...parameters, ...engine, "--json");
  expect(code, `${output}${messages}`).toBe(0);
  expect(output).toMatch(/^\{.*\}\n$/);
  return JSON.parse(output) as Record<string, unknown>;
}

const tensorsOf = (path: string): ReadonlyMap<string, StoredArray> => decodeSafetensors(readFileSync(path), path).tensors;

function write(name: string, tensors: Readonly<Record<string, NamedArray>>): string {
  writeFileSync(file(name), encodeSafetensors(new Map(Object.entries(tensors)), {}));
  return file(name);
}

const recorded = (path: string, name: string): NamedArray => {
  const { shape, data } = tensorsOf(path).get(name)!;
  return { dtype: data instanceof Int32Array ? "I32" : "F32", shape, data };
};

/** [size,6,6,1] images in which every pixel is another number, and labels. */
function batchOf(size: number): Record<string, NamedArray> {
  return {
    images: { dtype: "F32", shape: [size, 6, 6, 1], data: Float32Array.from({ length: size * 36 }, (_, place) => place) },
    labels: { dtype: "I32", shape: [size], data: Int32Array.from({ length: size }, (_, row) => row % 10) },
  };
}

describe("kdf probe distiller kd", () => {
  // All cases of all distillers: test/parity/distillers.test.ts.
  it.each(["batch-5-classes-10", "extreme-logits"])("%s: terms, total and gradients are PyTorch's", async (id) => {
    const expected = new Fixture(`distillers/kd/${id}.expected.safetensors`);
    const out = file(`${id}.safetensors`);
    const printed = await probe("distiller", "kd", "--inputs", inputsOf(`distillers/kd/${id}`), "--out", out);
    expect(Object.keys(printed).sort()).toEqual(["terms", "total"]);
    const terms = printed["terms"] as Record<string, number>;
    expect(Object.keys(terms).sort()).toEqual(["crossEntropy.original", "divergence.augmented", "divergence.original"]);
    for (const [name, value] of Object.entries({ ...terms, total: printed["total"] as number })) expected.expectValue(name, value);
    const written = tensorsOf(out);
    const names = ["grad.augmented.student.logits", "grad.original.student.logits"];
    expect([...written.keys()].sort()).toEqual(names);
    for (const name of names) {
      expect(written.get(name)!.shape).toEqual(expected.array(name).shape);
      const { float32Error } = expected.about.tensors![name]!;
      expectParity(name, written.get(name)!.data as Float32Array, expected.array(name).data as Float64Array, float32Error as number);
    }
  });

  it("weighs the terms as its options say: total and gradients follow", async () => {
    const id = "batch-5-classes-10";
    const { about } = new Fixture(`distillers/kd/${id}.expected.safetensors`);
    const weights = ["crossEntropy=0", "divergenceOriginal=2", "divergenceAugmented=0"].map((text) => `--set=kd.weights.${text}`);
    const out = file("weighed.safetensors");
    const printed = await probe("distiller", "kd", "--inputs", inputsOf(`distillers/kd/${id}`), "--out", out, ...weights);
    const { reference, float32Error } = about.values!["divergence.original"]!;
    expectParity("total", [printed["total"] as number], [2 * reference], float32Error);
    const gradients = tensorsOf(out);
    expect([...gradients.get("grad.augmented.student.logits")!.data].every((value) => value === 0)).toBe(true);
    expect([...gradients.get("grad.original.student.logits")!.data].every((value) => value === 0)).toBe(false);
  });
});

describe("kdf probe metric t-stddev", () => {
  it.each(casesOf("t-stddev"))("%s: the value is PyTorch's, of every whole block", async (id) => {
    const expected = new Fixture<{ readonly draws: number; readonly stepsDropped: number }>(`t-stddev/${id}.expected.safetensors`);
    const printed = await probe("metric", "t-stddev", "--inputs", inputsOf(`t-stddev/${id}`));
    expect(Object.keys(printed)).toEqual(["result"]);
    const result = printed["result"] as Record<string, number>;
    expected.expectValue("tStddev", result["tStddev"]!);
    const [steps = 0] = tensorsOf(inputsOf(`t-stddev/${id}`)).get("steps.original.teacher.logits")!.shape;
    expect(result["draws"]).toBe(Math.floor(steps / 5));
    expect(result["droppedSteps"]).toBe(expected.about.stepsDropped);
  });
});

describe("kdf probe augmenter cutmix", () => {
  it("replays the plan that it printed to the same bytes, and draws another with another seed", async () => {
    const inputs = write("batch.safetensors", batchOf(5));
    const run = async (name: string, ...parameters: string[]) => ({
      printed: await probe("augmenter", "cutmix", "--inputs", inputs, "--out", file(name), ...parameters),
      written: readFileSync(file(name)),
    });
    const drawn = await run("drawn.safetensors", "--seed", "3");
    expect(Object.keys(drawn.printed).sort()).toEqual(["indices", "plan"]);
    const tensors = tensorsOf(file("drawn.safetensors"));
    expect([...tensors.keys()].sort()).toEqual(["images", "indices", "labels"]);
    expect(tensors.get("images")!.shape).toEqual([5, 6, 6, 1]);
    expect([...tensors.get("labels")!.data]).toEqual([0, 1, 2, 3, 4]);
    expect([...tensors.get("images")!.data]).not.toEqual([...tensorsOf(inputs).get("images")!.data]);

    writeFileSync(file("plan.json"), JSON.stringify(drawn.printed["plan"]));
    writeFileSync(file("printed.json"), JSON.stringify(drawn.printed));
    for (const plan of ["plan.json", "printed.json"]) {
      const replayed = await run("replayed.safetensors", "--seed", "4", "--plan", file(plan));
      expect(replayed.written.equals(drawn.written)).toBe(true);
      expect(replayed.printed).toEqual(drawn.printed);
    }
    const other = await run("other.safetensors", "--seed", "4");
    expect(other.printed["plan"]).not.toEqual(drawn.printed["plan"]);
    expect(other.written.equals(drawn.written)).toBe(false);
  });

  it("makes PyTorch's images of PyTorch's box and order", async () => {
    const fixture = new Fixture<{ readonly batch: { readonly lambda: number; readonly box: number[] } }>("cutmix.safetensors");
    const { lambda, box } = fixture.about.batch;
    const [x1, y1, x2, y2] = box as [number, number, number, number];
    const plan = { lambda, box: { top: y1, left: x1, height: y2 - y1, width: x2 - x1 }, permutation: [...fixture.array("permutation").data] };
    writeFileSync(file("theirs.json"), JSON.stringify(plan));
    const images = recorded(join(fixtures, "cutmix.safetensors"), "before.images");
    const labels: NamedArray = { dtype: "I32", shape: [6], data: Int32Array.from([0, 1, 2, 3, 4, 5]) };
    const inputs = write("theirs.safetensors", { images, labels });
    await probe("augmenter", "cutmix", "--inputs", inputs, "--plan", file("theirs.json"), "--out", file("mixed.safetensors"));
    expect([...tensorsOf(file("mixed.safetensors")).get("images")!.data]).toEqual([...fixture.array("after.images").data]);
  });
});

describe("kdf probe augmenter cutmixpick", () => {
  const criteria = ["teacher-entropy", "student-entropy", "kld", "dissimilarity"];

  it.each(criteria)("keeps PyTorch's rows by %s from the pool's logits alone", async (criterion) => {
    const expected = new Fixture("picking/classes-10.expected.safetensors").array(`${criterion}.indices`).data;
    const set = ["--set", `cutmixpick.criterion=${criterion}`];
    const printed = await probe("augmenter", "cutmixpick", "--inputs", inputsOf("picking/classes-10"), ...set, "--out", file("kept.safetensors"));
    expect(printed).toEqual({ indices: [...expected] });
    expect([...tensorsOf(file("kept.safetensors")).get("indices")!.data]).toEqual([...expected]);
  });

  it("needs no more than the logits that its criterion reads, and knows the batch by the pool factor", async () => {
    const logits = recorded(inputsOf("picking/pool-of-three"), "pool.teacher.logits");
    const inputs = write("pool-logits.safetensors", { "pool.teacher.logits": logits });
    const expected = new Fixture("picking/pool-of-three.expected.safetensors").array("teacher-entropy.indices").data;
    const printed = await probe("augmenter", "cutmixpick", "--inputs", inputs, "--set", "cutmixpick.poolFactor=3");
    expect(printed).toEqual({ indices: [...expected] });
  });

  it("writes the pool, and with its logits and plan the images of PyTorch's rows", async () => {
    const batch = batchOf(8);
    const first = write("before-pool.safetensors", batch);
    const pooled = await probe("augmenter", "cutmixpick", "--inputs", first, "--phase", "pool", "--seed", "5", "--out", file("pool.safetensors"));
    expect(Object.keys(pooled)).toEqual(["plan"]);
    const pool = tensorsOf(file("pool.safetensors")).get("pool.images")!;
    expect(pool.shape).toEqual([16, 6, 6, 1]);
    writeFileSync(file("pool-plan.json"), JSON.stringify(pooled["plan"]));

    const logits = recorded(inputsOf("picking/classes-10"), "pool.teacher.logits");
    const expected = [...new Fixture("picking/classes-10.expected.safetensors").array("teacher-entropy.indices").data];
    const second = write("with-pool.safetensors", { ...batch, "pool.teacher.logits": logits });
    const parameters = ["--inputs", second, "--plan", file("pool-plan.json"), "--out", file("picked.safetensors")];
    const printed = await probe("augmenter", "cutmixpick", ...parameters);
    expect(printed).toEqual({ plan: pooled["plan"], indices: expected });
    const picked = tensorsOf(file("picked.safetensors"));
    expect([...picked.get("indices")!.data]).toEqual(expected);
    const image = (row: number): number[] => [...pool.data.slice(row * 36, (row + 1) * 36)].map(Number);
    expect([...picked.get("images")!.data]).toEqual(expected.flatMap(image));
    // CutMix keeps each row where it was: row r of the pool comes from image r mod 8.
    expect([...picked.get("labels")!.data]).toEqual(expected.map((row) => row % 8));

    // The pool as it was written stands for the plan; logits beside a batch alone do not say what they are of.
    const written = { "pool.images": pool, "pool.rows": tensorsOf(file("pool.safetensors")).get("pool.rows")! } as Record<string, NamedArray>;
    const third = write("recorded-pool.safetensors", { ...written, labels: batch["labels"]!, "pool.teacher.logits": logits });
    expect(await probe("augmenter", "cutmixpick", "--inputs", third, "--seed", "9", "--out", file("third.safetensors"))).toEqual({ indices: expected });
    expect(readFileSync(file("third.safetensors")).equals(readFileSync(file("picked.safetensors")))).toBe(true);
    expect(await probe("augmenter", "cutmixpick", "--inputs", second, "--out", file("fourth.safetensors"))).toEqual({ indices: expected });
    expect([...tensorsOf(file("fourth.safetensors")).keys()]).toEqual(["indices"]);
  });
});

describe("a probe without a preset", () => {
  it("demands no more than it uses: an engine and a seed, of a metric nothing", async () => {
    const inputs = inputsOf("distillers/kd/batch-1-classes-2");
    expect(await probe("distiller", "kd", "--inputs", inputs, "--no-preset")).toEqual(await probe("distiller", "kd", "--inputs", inputs));
    const drawn = ["augmenter", "cutmix", "--inputs", write("some.safetensors", batchOf(4)), "--seed", "3"];
    expect(await probe(...drawn, "--no-preset")).toEqual(await probe(...drawn));
    const steps = ["metric", "t-stddev", "--inputs", inputsOf("t-stddev/one-view")];
    expect(await probe(...steps, "--no-preset")).toEqual(await probe(...steps));
  });
});

describe("what a probe cannot use", () => {
  it.each([
    [["distiller", "kd", "--inputs", "nowhere.safetensors"], "KDF_PROBE_INPUT_INVALID", "nowhere.safetensors"],
    [["distiller", "kd", "--inputs", inputsOf("picking/classes-10")], "KDF_PROBE_INPUT_INVALID", "labels"],
    [["metric", "t-stddev", "--inputs", inputsOf("distillers/kd/batch-1-classes-2")], "KDF_PROBE_INPUT_INVALID", "steps"],
    [["metric", "t-stddv", "--inputs", inputsOf("t-stddev/one-view")], "KDF_CONTRIBUTION_UNKNOWN", "t-stddev"],
    [["dataset", "boring", "--inputs", "x"], "KDF_COMMAND_LINE_INVALID", "augmenter, a distiller or a metric"],
    [["metric", "t-stddev", "--inputs", "x", "--out", "y", "--plan", "z", "--stage", "s"], "KDF_COMMAND_LINE_INVALID", "--out, --plan, --stage"],
    [["metric", "t-stddev", "--inputs", "x", "--engine", "cpu"], "KDF_COMMAND_LINE_INVALID", "takes no --engine"],
    [["augmenter", "cutmix", "--inputs", "x", "--epoch", "1"], "KDF_COMMAND_LINE_INVALID", "takes no --epoch"],
    [["distiller", "kd", "--inputs", "x", "--phase", "pool"], "KDF_COMMAND_LINE_INVALID", "takes no --phase"],
    [["distiller", "kd", "--inputs", "x", "--student", "resnet8"], "KDF_COMMAND_LINE_INVALID", "--student"],
    [["augmenter", "cutmixpick", "--inputs", inputsOf("picking/classes-10"), "--phase", "pool"], "KDF_PROBE_INPUT_INVALID", "images"],
    [["distiller", "cross-entropy", "--inputs", inputsOf("distillers/kd/batch-1-classes-2")], "KDF_PROBE_INPUT_INVALID", "no view augmented"],
  ] as const)("%j", async (parameters, code, name) => {
    const engine = parameters[0] === "metric" ? [] : ["--engine", "cpu"];
    const refused = await kdf("probe", ...parameters, ...engine, "--json");
    expect(refused.code, refused.output).toBe(2);
    expect(errorCode(refused)).toBe(code);
    expect(refused.output).toContain(name);
  });

  it.each(["augmenter", "distiller"])("no engine, where no preset names one: %s", async (kind) => {
    const refused = await kdf("probe", kind, "cutmix", "--inputs", "x", "--no-preset", "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_CONFIGURATION_INVALID");
    expect(refused.output).toContain("--engine");
  });

  it("the pool's images without their logits", async () => {
    const inputs = write("no-logits.safetensors", { "pool.images": batchOf(8)["images"]! });
    const refused = await kdf("probe", "augmenter", "cutmixpick", "--inputs", inputs, "--engine", "cpu", "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_PROBE_INPUT_INVALID");
    expect(refused.output).toContain("pool.teacher.logits");
  });

  it("a selection that compares with the batch, without the batch's logits", async () => {
    const logits = recorded(inputsOf("picking/classes-10"), "pool.teacher.logits");
    const inputs = write("no-original.safetensors", { "pool.teacher.logits": logits });
    const parameters = ["--inputs", inputs, "--set", "cutmixpick.criterion=dissimilarity", "--engine", "cpu", "--json"];
    const refused = await kdf("probe", "augmenter", "cutmixpick", ...parameters);
    expect(refused.code, refused.output).toBe(2);
    expect(errorCode(refused)).toBe("KDF_PROBE_INPUT_INVALID");
    expect(refused.output).toContain("original.teacher.logits");
  });

  it("a plan of another batch", async () => {
    const inputs = write("small.safetensors", batchOf(3));
    writeFileSync(file("wrong.json"), JSON.stringify({ lambda: 0.5, box: { top: 0, left: 0, height: 2, width: 2 }, permutation: [1, 0] }));
    const refused = await kdf("probe", "augmenter", "cutmix", "--inputs", inputs, "--plan", file("wrong.json"), "--engine", "cpu", "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_PLAN_INVALID");
  });
});
