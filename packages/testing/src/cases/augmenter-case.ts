import type { Augmenter, Batch, BatchInfo, Json, Pool, Role, SelectionOutputs, TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, scope } from "@kdf/tensor";
import type { Site } from "../conformance/check.js";
import type { OptionSet } from "../conformance/option-checks.js";
import { close, numbersOf, shapeOf, type Nested } from "./nested.js";
import type { TestSite } from "./weakness.js";

/** One batch, one plan, and the images that must come out. */
export interface AugmenterCase {
  readonly name: string;
  readonly options?: OptionSet;
  /** [B,H,W,C], or [B,H,W] of one channel: in the data set's normalisation. */
  readonly images: Nested;
  /** [B]; zeros unless given. */
  readonly labels?: readonly number[];
  /** The data set's normalisation, per channel; 0.5 and 0.25 unless given. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** The plan to apply, or the seed of a stream to draw it from. */
  readonly plan?: Json;
  readonly seed?: number;
  /** The pool's images, in the form of `images`, worked out by hand; or a function that says whether they are right. */
  readonly expected: Nested | ((pool: ProposedPool) => boolean);
  /** How far a value may be from the expected one, absolute below 1 and relative above; 1e-5 unless given. */
  readonly tolerance?: number;
  /** For an augmenter that picks: the logits [P][K] of the pool by each model that it needs, and which rows it picks. */
  readonly pool?: Readonly<Partial<Record<Role, Nested>>>;
  /** Logits [B][K] of the batch's own images. */
  readonly original?: Readonly<Partial<Record<Role, Nested>>>;
  readonly picked?: readonly number[];
}

export interface ProposedPool {
  /** Row-major, [P,H,W,C]. */
  readonly images: Float32Array;
  readonly shape: readonly number[];
  readonly rows: readonly number[];
  readonly plan: Json;
}

const infoOf = ({ images, mean, std }: AugmenterCase): BatchInfo => {
  const [size = 0, height = 0, width = 0, channels = 1] = shapeOf(images);
  const per = (value: number): number[] => Array<number>(channels).fill(value);
  return { size, height, width, channels, mean: mean ?? per(0.5), std: std ?? per(0.25) };
};

/** What can be said of the cases before any of them runs. */
export function demandTellingCases(test: TestSite, cases: readonly AugmenterCase[], leavesImages: string | undefined): void {
  test.demand(cases.length > 0, "there is no case", "cases: a small batch, a plan, and the images that come out, worked out by hand");
  test.demandDifferent(cases, ({ name: _, expected: _expected, picked: _picked, tolerance: _tolerance, ...input }) => input);
  for (const one of cases) {
    const { name, images, plan, seed, expected } = one;
    test.demand((plan === undefined) !== (seed === undefined), `the case "${name}" gives ${plan === undefined ? "neither a plan nor a seed" : "a plan and a seed"}`, "one of them");
    if (typeof expected === "function") continue;
    const uniform = new Set(numbersOf(images)).size <= 1;
    test.demand(
      !uniform || !close(numbersOf(expected), numbersOf(images), 1e-6),
      `the case "${name}" shows images of one value throughout, and expects them back`,
      "pixels that differ: else it holds for images that were left, and for pixels that went anywhere",
    );
    test.demand(numbersOf(expected).every(Number.isFinite), `the case "${name}" expects values that are no numbers`, "numbers");
  }
  const changing = cases.some(({ images, expected }) => typeof expected === "function" || !close(numbersOf(expected), numbersOf(images), 1e-6));
  test.demand(
    changing !== (leavesImages !== undefined),
    changing ? `it is said to leave images as they are (${leavesImages}), and a case expects others` : "every case expects the images as they were",
    changing ? "one of both" : "a case whose plan changes something; an augmenter that changes nothing says why: leavesImages",
  );
}

/** Runs one case; then tries whether its expectation would hold for other results too. */
export function checkCase(site: Site, test: TestSite, augmenter: Augmenter, one: AugmenterCase): void {
  const info = infoOf(one);
  const batch = batchOf(one, info);
  const plan = one.plan ?? augmenter.sample(createStreams(one.seed ?? 0).at("case"), info);
  try {
    const pool = site.calls("propose", "its plan", () => scope(() => augmenter.propose(plan, batch) as never) as Pool);
    const proposed: ProposedPool = { images: readNow(pool.images).slice() as Float32Array, shape: pool.images.shape, rows: pool.rows, plan };
    checkImages(site, test, one, proposed);
    if (one.picked !== undefined) checkPicked(site, test, augmenter, pool, one, info.size);
    pool.images.dispose();
  } finally {
    disposeAll({ ...batch });
  }
}

function batchOf({ images, labels }: AugmenterCase, { size, height, width, channels }: BatchInfo): Batch {
  return {
    images: floats(numbersOf(images), [size, height, width, channels]),
    labels: integers(labels ?? new Int32Array(size), [size]),
    indices: integers(Array.from({ length: size }, (_, row) => row), [size]),
  };
}

function checkImages(site: Site, test: TestSite, one: AugmenterCase, pool: ProposedPool): void {
  const { expected, tolerance = 1e-5 } = one;
  const holds = (images: Float32Array): boolean =>
    typeof expected === "function" ? accepts(expected, { ...pool, images }) : close(images, numbersOf(expected), tolerance);
  const wanted = typeof expected === "function" ? "images that its function finds right" : `[${shapeOf(expected).join(",")}] ${numbersOf(expected).join(", ")}`;
  // One channel is left out where the case does.
  const shape = typeof expected !== "function" && pool.shape.at(-1) === 1 ? pool.shape.slice(0, shapeOf(expected).length) : pool.shape;
  site.demand(holds(pool.images), `it makes [${shape.join(",")}] ${[...pool.images].map((value) => Number(value.toPrecision(7))).join(", ")}`, wanted);
  for (const [name, other] of othersThan(pool, Float32Array.from(numbersOf(one.images)))) {
    test.demand(!holds(other), `the case "${one.name}" also holds for ${name}`, "an expectation that holds for the plugin's own result alone");
  }
}

/** A function that throws for a result, as assertions do, does not accept it. */
function accepts(check: (pool: ProposedPool) => boolean, pool: ProposedPool): boolean {
  try {
    return check(pool) === true;
  } catch {
    return false;
  }
}

/** Results that are wrong, as far as they differ from the right one. */
function othersThan({ images, shape }: ProposedPool, original: Float32Array): readonly (readonly [name: string, images: Float32Array])[] {
  // Where all values are one, any other will do.
  const range = Math.max(...images, ...original) - Math.min(...images, ...original) || 1;
  const places = new Set([0, Math.floor(images.length / 2), images.length - 1]);
  const [rows = 1] = shape;
  const length = images.length / rows;
  const reversed = Float32Array.from(images, (_, place) => images[(rows - 1 - Math.floor(place / length)) * length + (place % length)]!);
  const touched = [...places].map((place) => {
    const other = images.slice();
    other[place]! += 0.05 * range;
    return [`images of which value ${place} differs`, other] as const;
  });
  const whole = [
    ["the images as they were", original],
    ["the images in reverse order", reversed],
  ] as const;
  return [...touched, ...whole].filter(([, other]) => other.length === images.length && !close(other, images, 1e-6));
}

function checkPicked(site: Site, test: TestSite, augmenter: Augmenter, pool: Pool, one: AugmenterCase, size: number): void {
  test.demand(augmenter.select !== undefined, `the case "${one.name}" expects picked rows, and it does not pick`, "no picked");
  const pick = (reverse: boolean): readonly number[] => {
    const outputs: SelectionOutputs = { pool: logitsOf(one.pool, reverse), original: logitsOf(one.original, reverse) };
    const indices = site.calls("select", "its logits", () => scope(() => augmenter.select!(pool, outputs, size)));
    const rows = [...readNow(indices)];
    disposeAll([indices, ...Object.values(outputs.pool), ...Object.values(outputs.original)]);
    return rows;
  };
  const picked = pick(false);
  site.demand(picked.join() === one.picked!.join(), `it picks the rows ${picked.join(", ")}`, `the rows ${one.picked!.join(", ")}`);
  test.demand(pick(true).join() !== picked.join(), `the case "${one.name}" picks the same rows when the logits are in reverse order`, "logits that decide which rows are picked");
}

function logitsOf(given: Readonly<Partial<Record<Role, Nested>>> = {}, reverse: boolean): Partial<Record<Role, TensorLike>> {
  return Object.fromEntries(
    Object.entries(given).map(([role, logits]) => {
      const rows = reverse && typeof logits !== "number" ? [...logits].reverse() : logits;
      return [role, floats(numbersOf(rows), shapeOf(rows))];
    }),
  );
}
