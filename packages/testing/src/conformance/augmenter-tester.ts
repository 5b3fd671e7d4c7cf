import type { Augmenter, Json, Plugin, Pool, SelectionNeed, SelectionOutputs, TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, scope, tensorCount, zeros } from "@kdf/tensor";
import { batches, type Recorded } from "./batches.js";
import type { Site } from "./check.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { isDisposed, sameValues, Snapshot } from "./snapshot.js";
import { Tester, type TesterOptions } from "./tester.js";

const classes = 3;
const streams = createStreams(1);
const streamAt = (step: number) => streams.at("conformance", { epoch: 0, step });

/** Checks an augmenter: draws by its stream, leaves its inputs, returns what the contract says, leaks nothing. */
export class AugmenterTester extends Tester<"augmenter"> {
  constructor(plugin: Plugin, id: string, options: TesterOptions = {}) {
    super("augmenter", plugin, id, options);
  }

  protected requirements(): Readonly<Record<string, (site: Site) => Promise<void>>> {
    return {
      "a plan is plain JSON, drawn by the stream alone": (site) => this.#each((...at) => this.#checkPlan(site, ...at)),
      "a plan gives the same images again, also after JSON": (site) => this.#each((...at) => this.#checkReplay(site, ...at)),
      "the batch stays as it is": (site) => this.#each((...at) => this.#checkInputs(site, ...at)),
      "the pool has the form that the contract says": (site) => this.#each((...at) => this.#checkPool(site, ...at)),
      "no tensor is left behind": (site) => this.#each((...at) => this.#checkTensors(site, ...at)),
      "it picks among the pool, or does not pick": (site) => this.#each((...at) => this.#checkSelection(site, ...at)),
      "it goes on after a checkpoint": (site) => this.#each((...at) => this.#checkState(site, ...at)),
    };
  }

  /** Calls `check` for each set of options and each batch, with a way to make fresh instances; disposes all. */
  async #each(check: (recorded: Recorded, make: () => Augmenter) => void): Promise<void> {
    for (const options of this.optionSets) {
      for (const recorded of batches()) {
        // Factories may wait: as many instances as any check needs are made before it.
        const fresh = await Promise.all(Array.from({ length: 3 }, () => this.make(options)));
        const unused = [...fresh];
        try {
          check(recorded, () => unused.shift()!);
        } finally {
          fresh.forEach((augmenter) => augmenter.dispose?.());
          disposeAll(Object.values(recorded.batch) as TensorLike[]);
        }
      }
    }
  }

  #checkPlan(site: Site, { info, name }: Recorded, make: () => Augmenter): void {
    const draw = (): Json => site.calledWithoutMathRandom("sample", name, () => make().sample(streamAt(0), info));
    const [first, second] = [draw(), draw()];
    const problem = jsonProblem(first);
    site.demand(problem === undefined, `the plan is not plain JSON: ${problem}`, "plain JSON, so that it can be logged and replayed");
    site.demand(sameJson(first, second), `two plans from one stream differ for ${name}`, "the same plan from the same stream");
  }

  #checkReplay(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const augmenter = make();
    const plan = augmenter.sample(streamAt(0), recorded.info);
    const pools = [plan, plan, throughJson(plan)].map((given) => propose(site, augmenter, given, recorded));
    const [first, ...others] = pools.map((pool) => readNow(pool.images));
    const same = others.every((values) => sameValues(values, first!));
    disposeAll(pools.map((pool) => pool.images));
    site.demand(same, `one plan gives different images for ${recorded.name}`, "images that depend on the plan and the batch alone");
  }

  #checkInputs(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const augmenter = make();
    const before = new Snapshot(recorded.batch);
    const pool = propose(site, augmenter, augmenter.sample(streamAt(0), recorded.info), recorded);
    pool.images.dispose();
    const change = before.change();
    site.demand(change === undefined, `${change} of ${recorded.name}`, "new tensors only: the batch and its handles belong to the trainer");
  }

  #checkPool(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const { info, name } = recorded;
    const augmenter = make();
    const { images, rows } = propose(site, augmenter, augmenter.sample(streamAt(0), info), recorded);
    const [count = 0, ...rest] = images.shape;
    const picks = augmenter.select !== undefined;
    const found = `images [${images.shape.join(",")}] of type ${images.dtype} and ${rows.length} rows for ${name}`;
    const fits = (picks ? count >= info.size : count === info.size) && rest.join() === [info.height, info.width, info.channels].join();
    site.demand(fits && images.dtype === "float32", found, picks ? "float32 images, as many as the batch or more" : "float32 images, one for each of the batch");
    site.demand(
      rows.length === count && rows.every((row) => Number.isInteger(row) && row >= 0 && row < info.size),
      `the rows ${rows.join(", ")} for ${name}`,
      "for each image of the pool a row of the batch",
    );
    const finite = readNow(images).every(Number.isFinite);
    images.dispose();
    site.demand(finite, `an image with values that are no numbers for ${name}`, "finite pixels");
  }

  #checkTensors(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const augmenter = make();
    const before = tensorCount();
    const plan = augmenter.sample(streamAt(0), recorded.info);
    // As the trainer calls it: what is made on the way and not kept is disposed by the scope.
    const pool = propose(site, augmenter, plan, recorded);
    const left = tensorCount() - before - 1;
    pool.images.dispose();
    site.demand(left === 0, `${left} tensors beside the pool after propose for ${recorded.name}`, "none: keep nothing that is not returned");
  }

  #checkSelection(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const augmenter = make();
    const { needs, select } = augmenter;
    site.demand((needs === undefined) === (select === undefined), "only one of needs and select is there", "both or neither");
    if (select === undefined) return;
    const pool = propose(site, augmenter, augmenter.sample(streamAt(0), recorded.info), recorded);
    for (const spread of [0, 1, 1000]) {
      const outputs = selectionOutputs(needs!, pool.rows.length, recorded.info.size, spread);
      const tensors = { "pool.images": pool.images, ...flatten(outputs) };
      const before = new Snapshot(tensors);
      const count = tensorCount();
      const where = `${recorded.name} and logits of size ${spread}`;
      const pick = (): TensorLike => site.calledWithoutMathRandom("select", where, () => scope(() => augmenter.select!(pool, outputs, recorded.info.size)));
      const [indices, again] = [pick(), pick()];
      const left = tensorCount() - count - 2;
      const [values, secondValues] = [[...readNow(indices)], [...readNow(again)]];
      const form = `indices [${indices.shape.join(",")}] of type ${indices.dtype}`;
      site.demand(indices.dtype === "int32" && indices.shape.join() === `${recorded.info.size}`, `${form} for ${where}`, `indices [${recorded.info.size}] of type int32`);
      disposeAll([indices, again]);
      site.demand(
        new Set(values).size === values.length && values.every((row) => row >= 0 && row < pool.rows.length),
        `the indices ${values.join(", ")} for ${where}`,
        "different rows of the pool",
      );
      site.demand(sameValues(values, secondValues), `two selections from the same outputs differ for ${where}`, "a selection that depends on the outputs alone");
      site.demand(left === 0, `${left} tensors beside the indices after select for ${where}`, "none");
      const change = before.change();
      site.demand(change === undefined, `${change} by select`, "new tensors only");
      disposeAll(Object.values(flatten(outputs)));
    }
    pool.images.dispose();
  }

  #checkState(site: Site, recorded: Recorded, make: () => Augmenter): void {
    const [straight, resumed] = [make(), make()];
    site.demand((straight.save === undefined) === (straight.restore === undefined), "only one of save and restore is there", "both or neither");
    const advance = (augmenter: Augmenter, step: number): readonly [Json, Float32Array] => {
      const plan = augmenter.sample(streamAt(step), recorded.info);
      const pool = propose(site, augmenter, plan, recorded);
      const pixels = readNow(pool.images).slice() as Float32Array;
      pool.images.dispose();
      return [plan, pixels];
    };
    for (let step = 0; step < 3; step += 1) advance(straight, step);
    if (straight.save !== undefined) {
      const state = straight.save();
      const problem = jsonProblem(state);
      site.demand(problem === undefined, `what it saves is not plain JSON: ${problem}`, "plain JSON");
      resumed.restore!(throughJson(state));
    }
    for (let step = 3; step < 6; step += 1) {
      const [[plan, pixels], [planAgain, pixelsAgain]] = [advance(straight, step), advance(resumed, step)];
      site.demand(
        sameJson(plan, planAgain) && sameValues(pixels, pixelsAgain),
        `an instance that goes on ${straight.save === undefined ? "without state" : "from what was saved"} draws otherwise`,
        "the same plans and images: what an instance remembers is saved and restored",
      );
    }
  }
}

function propose(site: Site, augmenter: Augmenter, plan: Json, { batch, name }: Recorded): Pool {
  return site.calledWithoutMathRandom("propose", name, () => {
    const pool = scope(() => augmenter.propose(plan, batch) as never) as Pool;
    if (isDisposed(pool.images)) throw new Error("the pool's images are disposed");
    return pool;
  });
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
