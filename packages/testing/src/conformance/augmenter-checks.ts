import type { Augmenter, Json, Pool, SelectionNeed, SelectionOutputs, TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, scope, tensorCount, zeros } from "@kdf/tensor";
import type { Recorded } from "./batches.js";
import type { Site } from "./check.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { isDisposed, sameValues, Snapshot } from "./snapshot.js";

/** A check of an augmenter with one recorded batch. `make` gives fresh instances. */
export type AugmenterCheck = (site: Site, recorded: Recorded, make: () => Augmenter) => void;

const classes = 3;
const streams = createStreams(1);
const streamAt = (step: number) => streams.at("conformance", { epoch: 0, step });

/** Calls every hook once. */
export function callAll(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const augmenter = make();
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  if (augmenter.select !== undefined && augmenter.needs !== undefined) {
    const outputs = selectionOutputs(augmenter.needs, pool.images.shape[0] ?? 0, recorded.info.size, 1);
    disposeAll([select(site, augmenter, pool, outputs, recorded.info.size, recorded.name), ...Object.values(flatten(outputs))]);
  }
  release(pool, recorded);
  const { save, restore } = augmenter;
  if (save === undefined || restore === undefined) return;
  const state = site.calls("save", recorded.name, () => augmenter.save!());
  site.calls("restore", recorded.name, () => augmenter.restore!(state));
}

export function checkPlan(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const problem = jsonProblem(sample(site, make(), 0, recorded));
  site.demand(problem === undefined, `the plan is not plain JSON: ${problem}`, "plain JSON, so that it can be logged and replayed");
}

export function checkDraw(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const [first, second] = [sample(site, make(), 0, recorded), sample(site, make(), 0, recorded)];
  site.demand(sameJson(first, second), `two plans from one stream differ for ${recorded.name}`, "the same plan from the same stream");
}

export function checkReplay(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const augmenter = make();
  const plan = sample(site, augmenter, 0, recorded);
  const [first, ...others] = [plan, plan, throughJson(plan)].map((given) => {
    const pool = propose(site, augmenter, given, recorded);
    const values = readNow(pool.images).slice();
    release(pool, recorded);
    return values;
  });
  site.demand(
    others.every((values) => sameValues(values, first!)),
    `one plan gives different images for ${recorded.name}`,
    "images that depend on the plan and the batch alone",
  );
}

export function checkInputs(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const before = new Snapshot(recorded.batch);
  const augmenter = make();
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  const changed = pool.unchanged === true && !sameValues(readNow(pool.images), readNow(recorded.batch.images));
  site.demand(!changed, `the pool says that it is unchanged, and its images are not those of ${recorded.name}`, "unchanged: true only where images and batch agree");
  const own = Object.entries(recorded.batch).find(([, tensor]) => tensor === pool.images);
  site.demand(own === undefined, `the pool's images are the batch's own ${own?.[0]}, for ${recorded.name}`, "new tensors: clone what stays as it is");
  const change = before.change();
  release(pool, recorded);
  site.demand(change === undefined, `${change} of ${recorded.name}`, "new tensors only: the batch and its handles belong to the trainer");
}

export function checkPool(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const { info, name } = recorded;
  const augmenter = make();
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  const { shape, dtype } = pool.images;
  const { rows } = pool;
  release(pool, recorded);
  const [count = 0, ...rest] = shape;
  const picks = augmenter.select !== undefined;
  const fits = (picks ? count >= info.size : count === info.size) && rest.join() === [info.height, info.width, info.channels].join();
  site.demand(
    fits && dtype === "float32",
    `images [${shape.join(",")}] of type ${dtype} for ${name}`,
    picks ? "float32 images, as many as the batch or more" : "float32 images, one for each of the batch",
  );
  site.demand(
    rows.length === count && rows.every((row) => Number.isInteger(row) && row >= 0 && row < info.size),
    `the rows ${rows.join(", ")} for ${count} images of ${name}`,
    "for each image of the pool a row of the batch",
  );
}

export function checkPixels(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const augmenter = make();
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  const finite = readNow(pool.images).every(Number.isFinite);
  release(pool, recorded);
  site.demand(finite, `an image with values that are no numbers for ${recorded.name}`, "finite pixels");
}

export function checkTensors(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const augmenter = make();
  const before = tensorCount();
  // As the trainer calls it: what is made on the way and not kept is disposed by the scope.
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  release(pool, recorded);
  const left = tensorCount() - before;
  site.demand(left <= 0, `${left} tensors beside the pool after propose for ${recorded.name}`, "none: keep nothing that is not returned");
}

export function checkSelection(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const augmenter = make();
  site.demand((augmenter.needs === undefined) === (augmenter.select === undefined), "only one of needs and select is there", "both or neither");
  if (augmenter.select === undefined) return;
  const { size } = recorded.info;
  const pool = propose(site, augmenter, sample(site, augmenter, 0, recorded), recorded);
  for (const spread of [0, 1, 1000]) {
    const outputs = selectionOutputs(augmenter.needs!, pool.rows.length, size, spread);
    const before = new Snapshot({ "pool.images": pool.images, ...flatten(outputs) });
    const count = tensorCount();
    const where = `${recorded.name} and logits of size ${spread}`;
    const [indices, again] = [0, 1].map(() => select(site, augmenter, pool, outputs, size, where)) as [TensorLike, TensorLike];
    const left = tensorCount() - count - 2;
    const [values, secondValues] = [[...readNow(indices)], [...readNow(again)]];
    const form = `indices [${indices.shape.join(",")}] of type ${indices.dtype}`;
    const change = before.change();
    site.demand(indices.dtype === "int32" && indices.shape.join() === `${size}`, `${form} for ${where}`, `indices [${size}] of type int32`);
    disposeAll([indices, again]);
    site.demand(
      new Set(values).size === values.length && values.every((row) => row >= 0 && row < pool.rows.length),
      `the indices ${values.join(", ")} for ${where}`,
      "different rows of the pool",
    );
    site.demand(sameValues(values, secondValues), `two selections from the same outputs differ for ${where}`, "a selection that depends on the outputs alone");
    site.demand(change === undefined, `${change} by select`, "new tensors only");
    site.demand(left === 0, `${left} tensors beside the indices after select for ${where}`, "none");
    disposeAll(Object.values(flatten(outputs)));
  }
  release(pool, recorded);
}

export function checkState(site: Site, recorded: Recorded, make: () => Augmenter): void {
  const [straight, control, resumed] = [make(), make(), make()];
  site.demand((straight.save === undefined) === (straight.restore === undefined), "only one of save and restore is there", "both or neither");
  const advance = (augmenter: Augmenter, step: number): readonly [Json, ArrayLike<number>] => {
    const plan = sample(site, augmenter, step, recorded);
    const pool = propose(site, augmenter, plan, recorded);
    const pixels = readNow(pool.images).slice();
    release(pool, recorded);
    return [plan, pixels];
  };
  for (let step = 0; step < 3; step += 1) [straight, control].forEach((augmenter) => advance(augmenter, step));
  if (straight.save !== undefined) {
    const state = site.calls("save", recorded.name, () => straight.save!());
    const problem = jsonProblem(state);
    site.demand(problem === undefined, `what it saves is not plain JSON: ${problem}`, "plain JSON");
    site.calls("restore", recorded.name, () => resumed.restore!(throughJson(state)));
  }
  for (let step = 3; step < 6; step += 1) {
    const made = advance(straight, step);
    // What differs without an interruption is not the interruption's doing: other checks say so.
    if (!same(made, advance(control, step))) return;
    site.demand(
      same(made, advance(resumed, step)),
      `an instance that goes on ${straight.save === undefined ? "without state" : "from what was saved"} draws otherwise`,
      "the same plans and images: what an instance remembers is saved and restored",
    );
  }
}

const same = ([plan, pixels]: readonly [Json, ArrayLike<number>], [otherPlan, otherPixels]: readonly [Json, ArrayLike<number>]): boolean =>
  sameJson(plan, otherPlan) && sameValues(pixels, otherPixels);

function sample(site: Site, augmenter: Augmenter, step: number, { info, name }: Recorded): Json {
  return site.calls("sample", name, () => augmenter.sample(streamAt(step), info));
}

function propose(site: Site, augmenter: Augmenter, plan: Json, { batch, name }: Recorded): Pool {
  return site.calls("propose", name, () => {
    const pool = scope(() => augmenter.propose(plan, batch) as never) as Pool;
    if (isDisposed(pool.images)) throw new Error("the pool's images are disposed");
    return pool;
  });
}

function select(site: Site, augmenter: Augmenter, pool: Pool, outputs: SelectionOutputs, size: number, where: string): TensorLike {
  return site.calls("select", where, () => scope(() => augmenter.select!(pool, outputs, size)));
}

/** Disposes a pool. Images that are the batch's own stay: one check says so, and the others go on. */
export function release({ images }: Pool, { batch }: Recorded): void {
  if (!Object.values(batch).includes(images)) images.dispose();
}

/** Random logits of the models that are needed; `spread` 0 makes them all equal. */
function selectionOutputs(needs: readonly SelectionNeed[], poolSize: number, size: number, spread: number): SelectionOutputs {
  const stream = createStreams(2).at("conformance-logits");
  const logits = (rows: number): TensorLike =>
    spread === 0
      ? zeros([rows, classes])
      : floats(Array.from({ length: rows * classes }, () => spread * stream.normal()), [rows, classes]);
  return {
    pool: Object.fromEntries(needs.map(({ role }) => [role, logits(poolSize)])),
    original: { teacher: logits(size) },
  };
}

function flatten({ pool, original }: SelectionOutputs): Record<string, TensorLike> {
  return Object.fromEntries([
    ...Object.entries(pool).map(([role, tensor]) => [`pool.${role}.logits`, tensor] as const),
    ...Object.entries(original).map(([role, tensor]) => [`original.${role}.logits`, tensor] as const),
  ]);
}
