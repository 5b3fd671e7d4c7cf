import {
  augmenterOrder,
  type Augmenter,
  type Batch,
  type BatchInfo,
  type Json,
  type ModelOutputs,
  type Pool,
  type Role,
  type StreamPosition,
  type Streams,
  type TensorLike,
} from "@kdf/core";
import { clone, disposeAll, gather } from "@kdf/tensor";
import { callHook, callTensorHook, demandReturned, type HookSite } from "./hook.js";

export interface NamedAugmenter {
  readonly id: string;
  readonly augmenter: Augmenter;
}

/** The models that a selection may forward. The student is absent where none is at hand. */
export interface SelectionModels {
  teacher(images: TensorLike): Promise<ModelOutputs>;
  student?(images: TensorLike, mode: "train" | "eval"): Promise<ModelOutputs>;
}

/** The view `augmented`, owned by the caller. */
export interface Augmented {
  readonly images: TensorLike;
  /** The teacher's outputs on `images`, when the selection forwarded it: nothing is forwarded twice. */
  readonly teacher: ModelOutputs | undefined;
  /** Whether the images are the batch's, as every augmenter of the chain says: the teacher's outputs are then the same. */
  readonly unchanged: boolean;
  /** The plans by the names of their streams, for the log and for a replay. */
  readonly plans: Readonly<Record<string, Json>>;
}

/** A selection as it was made. Its tensors belong to the chain and live as long as the call that tells of it. */
export interface Selection {
  readonly pool: Pool;
  /** The teacher's outputs on the pool, where the augmenter asked for them. */
  readonly teacher: ModelOutputs | undefined;
  /** [B] int32, rows of the pool. */
  readonly indices: TensorLike;
}

/** Augmenters in the order of application; only the last may pick. */
export class AugmenterChain {
  readonly #links: readonly NamedAugmenter[];

  constructor(links: readonly NamedAugmenter[]) {
    const picking = links.filter((link) => link.augmenter.select !== undefined);
    const early = picking.find((link) => link !== links.at(-1));
    if (early !== undefined) {
      throw augmenterOrder({
        augmenter: early.id,
        problem: picking.length > 1 ? `${picking.map((p) => p.id).join(" and ")} both pick` : "it picks and is not last",
      });
    }
    this.#links = links;
  }

  /** The same chain with what `change` makes of each augmenter. It takes over what this one owns. */
  map(change: (augmenter: Augmenter) => Augmenter): AugmenterChain {
    return new AugmenterChain(this.#links.map(({ id, augmenter }) => ({ id, augmenter: change(augmenter) })));
  }

  get ids(): readonly string[] {
    return this.#links.map((link) => link.id);
  }

  /** Whether a selection forwards `role`. */
  needs(role: Role): boolean {
    return this.#links.at(-1)?.augmenter.needs?.some((need) => need.role === role) ?? false;
  }

  /**
   * Applies every augmenter to the batch, which stays as it is. `original` are the teacher's logits on the batch, waited
   * for where a selection reads them; `watch` is told of the selection, where there is one.
   */
  async augment(
    batch: Batch,
    info: BatchInfo,
    streams: Streams,
    position: StreamPosition,
    models: SelectionModels,
    original: TensorLike | Promise<TensorLike> | undefined,
    where: string,
    watch?: (selection: Selection) => Promise<void>,
  ): Promise<Augmented> {
    const plans: Record<string, Json> = {};
    let images = batch.images;
    let teacher: ModelOutputs | undefined;
    let unchanged = true;
    for (const [place, link] of this.#links.entries()) {
      const name = streamName(this.#links, place);
      const stream = streams.at(name, position);
      const site = (hook: string): HookSite => ({ plugin: `augmenter ${link.id}`, hook, where });
      const plan = callHook(site("sample"), () => link.augmenter.sample(stream, info));
      plans[name] = plan;
      const input = images;
      const pool = callTensorHook(site("propose"), () => link.augmenter.propose(plan, { ...batch, images: input }));
      if (input !== batch.images) input.dispose();
      checkPool(site("propose"), pool, info, link.augmenter.select !== undefined);
      images = pool.images;
      unchanged &&= pool.unchanged === true && link.augmenter.select === undefined;
      if (link.augmenter.select !== undefined) {
        ({ images, teacher } = await pick(link, pool, models, original, info.size, site("select"), watch));
      }
    }
    return { images, teacher, unchanged, plans };
  }

  /** Whether what it makes of a batch depends on the step before: through the student, or through a state of its own. */
  get dependsOnSteps(): boolean {
    return this.needs("student") || Object.values(this.save()).some((state) => state !== null);
  }

  save(): Readonly<Record<string, Json>> {
    const site = (id: string): HookSite => ({ plugin: `augmenter ${id}`, hook: "save", where: "checkpoint" });
    return Object.fromEntries(
      this.#links.flatMap(({ id, augmenter }) => (augmenter.save ? [[id, callHook(site(id), () => augmenter.save!())]] : [])),
    );
  }

  restore(state: Readonly<Record<string, Json>>): void {
    for (const { id, augmenter } of this.#links) {
      const saved = state[id];
      const site = { plugin: `augmenter ${id}`, hook: "restore", where: "checkpoint" };
      if (saved !== undefined) callHook(site, () => augmenter.restore?.(saved));
    }
  }

  dispose(): void {
    for (const { augmenter } of this.#links) augmenter.dispose?.();
  }
}

/** An augmenter that stands twice in a chain draws from two streams. */
function streamName(links: readonly NamedAugmenter[], place: number): string {
  const { id } = links[place]!;
  const earlier = links.slice(0, place).filter((link) => link.id === id).length;
  return earlier === 0 ? `augmenter:${id}` : `augmenter:${id}:${earlier}`;
}

function checkPool(site: HookSite, pool: Pool, info: BatchInfo, picks: boolean): void {
  const [rows = 0, height, width, channels] = pool.images.shape;
  const expected = `images [${picks ? `${info.size} or more` : info.size},${info.height},${info.width},${info.channels}] and as many rows`;
  const fits =
    (picks ? rows >= info.size : rows === info.size) &&
    height === info.height &&
    width === info.width &&
    channels === info.channels &&
    pool.rows.length === rows;
  demandReturned(site, fits, `images [${pool.images.shape.join(",")}] and ${pool.rows.length} rows`, expected);
}

async function pick(
  link: NamedAugmenter,
  pool: Pool,
  models: SelectionModels,
  original: TensorLike | Promise<TensorLike> | undefined,
  size: number,
  site: HookSite,
  watch: ((selection: Selection) => Promise<void>) | undefined,
): Promise<Pick<Augmented, "images" | "teacher">> {
  let teacher: ModelOutputs | undefined;
  let student: ModelOutputs | undefined;
  try {
    for (const need of link.augmenter.needs ?? []) {
      if (need.role === "teacher") teacher = await models.teacher(pool.images);
      else student = await models.student!(pool.images, need.mode);
    }
    const originalTeacher = await original;
    const picked = callTensorHook(site, () => {
      const rows = link.augmenter.select!(
        pool,
        {
          pool: { ...(teacher && { teacher: teacher.logits }), ...(student && { student: student.logits }) },
          original: originalTeacher === undefined ? {} : { teacher: originalTeacher },
        },
        size,
      );
      demandReturned(site, rows.shape.length === 1 && rows.shape[0] === size, `indices [${rows.shape.join(",")}]`, `indices [${size}]`);
      return { rows, images: gather(pool.images, rows), teacher: teacher && gatherOutputs(teacher, rows) };
    });
    await watch?.({ pool, teacher, indices: picked.rows });
    picked.rows.dispose();
    return picked;
  } finally {
    pool.images.dispose();
    disposeOutputs(teacher);
    disposeOutputs(student);
  }
}

function gatherOutputs(outputs: ModelOutputs, indices: TensorLike): ModelOutputs {
  return {
    logits: gather(outputs.logits, indices),
    taps: Object.fromEntries(Object.entries(outputs.taps).map(([name, tap]) => [name, gather(tap, indices)])),
  };
}

/** The same values in tensors of their own. */
export function cloneOutputs({ logits, taps }: ModelOutputs): ModelOutputs {
  return { logits: clone(logits), taps: Object.fromEntries(Object.entries(taps).map(([name, tap]) => [name, clone(tap)])) };
}

/** Disposes logits and taps. */
export function disposeOutputs(outputs: ModelOutputs | undefined): void {
  if (outputs === undefined) return;
  outputs.logits.dispose();
  disposeAll(outputs.taps as Record<string, TensorLike>);
}

