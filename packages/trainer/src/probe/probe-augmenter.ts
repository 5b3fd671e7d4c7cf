import { readFileSync } from "node:fs";
import {
  commandLineInvalid,
  probeInputInvalid,
  type Augmenter,
  type ExtensionRegistry,
  type Json,
  type Pool,
  type Streams,
  type TensorLike,
} from "@kdf/core";
import { disposeAll, gather, integers, read, zeros } from "@kdf/tensor";
import { callHook, callTensorHook, demandReturned, type HookSite } from "../hook.js";
import { ProbeInputs, toIntegers, writeTensors } from "./inputs.js";
import { checkRows, RecordedPool } from "./recorded-pool.js";

export interface AugmenterProbe {
  readonly plan?: Json;
  /** Which rows were kept: of the pool for a picking augmenter, of the batch otherwise. */
  readonly indices?: readonly number[];
}

export interface AugmenterProbeOptions {
  readonly inputsFile: string;
  /** A recorded plan instead of a new draw. */
  readonly planFile?: string;
  /** `pool`: stop before the selection. */
  readonly phase?: "pool";
  readonly outFile?: string;
}

/**
 * One augmenter on recorded images [B,H,W,C] and labels [B]. A picking augmenter given `pool.<role>.logits` [P,K] says
 * which rows it keeps (the criterion that compares with the batch wants `original.teacher.logits` [B,K]), and writes
 * their images if it is known what the logits are of: `pool.images` [P,H,W,C], or the plan that made them.
 */
export async function probeAugmenter(
  registry: ExtensionRegistry,
  streams: Streams,
  id: string,
  options: AugmenterProbeOptions,
): Promise<AugmenterProbe> {
  const inputs = new ProbeInputs(options.inputsFile);
  const augmenter = await registry.create("augmenter", id);
  const owned: TensorLike[] = [];
  try {
    return await new AugmenterRun({ id, augmenter, inputs, streams, options, owned }).run();
  } finally {
    disposeAll(owned);
    augmenter.dispose?.();
  }
}

interface Setting {
  readonly id: string;
  readonly augmenter: Augmenter;
  readonly inputs: ProbeInputs;
  readonly streams: Streams;
  readonly options: AugmenterProbeOptions;
  /** Disposed at the end. */
  readonly owned: TensorLike[];
}

interface Proposed {
  readonly plan: Json;
  readonly pool: Pool;
}

class AugmenterRun {
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  async run(): Promise<AugmenterProbe> {
    const { augmenter, inputs, options, id } = this.#setting;
    const recorded = [...inputs.arrays.keys()].find((name) => name.startsWith("pool."));
    checkRows(inputs);
    if (augmenter.select === undefined) {
      if (options.phase === "pool") {
        throw commandLineInvalid({ problem: `--phase pool: the augmenter ${id} does not pick, so it makes no pool.`, command: "probe" });
      }
      if (recorded !== undefined) throw inputs.invalid(`it has ${recorded}, but ${id} does not pick`, "images [B,H,W,C] and labels [B]");
      return this.#augment();
    }
    if (options.phase === "pool" || recorded === undefined) return this.#writePool();
    return this.#select();
  }

  async #augment(): Promise<AugmenterProbe> {
    const { plan, pool } = this.#propose();
    const labels = this.#labelsOf(pool.rows);
    await this.#write({ images: pool.images, ...(labels && { labels }), indices: this.#own(integers([...pool.rows], [pool.rows.length])) });
    return { plan, indices: pool.rows };
  }

  async #writePool(): Promise<AugmenterProbe> {
    const { plan, pool } = this.#propose();
    const labels = this.#labelsOf(pool.rows);
    const rows = this.#own(integers([...pool.rows], [pool.rows.length]));
    await this.#write({ "pool.images": pool.images, ...(labels && { "pool.labels": labels }), "pool.rows": rows });
    return { plan };
  }

  async #select(): Promise<AugmenterProbe> {
    const { augmenter, inputs } = this.#setting;
    const recorded = new RecordedPool(inputs, augmenter, (tensor) => this.#own(tensor));
    const proposed = this.#replay(recorded);
    const size = recorded.batchSize ?? this.#guessBatchSize(recorded.rows);
    const rows = proposed?.pool.rows ?? recorded.batchRows(size);
    const images = proposed?.pool.images ?? recorded.images;
    const site = this.#site("select");
    const kept = this.#own(recorded.select(site, { images, rows }, size));
    demandReturned(site, kept.shape.length === 1 && kept.shape[0] === size, `indices [${kept.shape.join(",")}]`, `indices [${size}]`);
    const indices = [...(await read(kept))];
    const outside = indices.find((index) => index < 0 || index >= recorded.rows);
    demandReturned(site, outside === undefined, `the index ${outside}`, `rows of the pool, 0 to ${recorded.rows - 1}`);
    if (images === undefined) await this.#write({ indices: kept });
    else {
      const poolLabels = proposed === undefined && inputs.has("pool.labels");
      const labels = poolLabels ? this.#own(inputs.integers("pool.labels", "[P]")) : this.#labelsOf(rows);
      const [keptImages, keptLabels] = [images, labels].map((tensor) => tensor && this.#own(gather(tensor, kept)));
      await this.#write({ images: keptImages!, ...(keptLabels && { labels: keptLabels }), indices: kept });
    }
    return { ...(proposed && { plan: proposed.plan }), indices };
  }

  /** The pool that the plan made, if the file does not hold it and there is a plan. A pool of another draw has other logits. */
  #replay(recorded: RecordedPool): Proposed | undefined {
    const { inputs, options } = this.#setting;
    if (options.planFile === undefined) return undefined;
    if (inputs.has("pool.images")) throw inputs.invalid("it has pool.images, so that the plan is not used", "pool.images, or images and a plan");
    const proposed = this.#propose();
    const rows = proposed.pool.rows.length;
    if (rows !== recorded.rows) throw inputs.invalid(`its pool has ${recorded.rows} rows, the plan's has ${rows}`, "the logits of the plan's pool");
    return proposed;
  }

  /** Draws, or reads, a plan and applies it to the recorded images. */
  #propose(): Proposed {
    const { id, augmenter, inputs, streams, options } = this.#setting;
    if (!inputs.has("images")) throw inputs.invalid("it has no images", "images [B,H,W,C] and labels [B]");
    const images = this.#own(inputs.tensor("images", "[B,H,W,C]"));
    const plan =
      options.planFile === undefined
        ? callHook(this.#site("sample"), () => augmenter.sample(streams.at(`augmenter:${id}`), batchInfo(images)))
        : readPlan(options.planFile);
    return { plan, pool: this.#apply(plan, images) };
  }

  #apply(plan: Json, images: TensorLike): Pool {
    const { augmenter, inputs } = this.#setting;
    const size = images.shape[0]!;
    const labels = this.#own(inputs.has("labels") ? inputs.integers("labels", "[B]") : toIntegers(new Int32Array(size)));
    const indices = this.#own(toIntegers(Int32Array.from({ length: size }, (_, row) => row)));
    const site = this.#site("propose");
    const pool = callTensorHook(site, () => augmenter.propose(plan, { images, labels, indices }));
    this.#own(pool.images);
    const { length } = pool.rows;
    const fits = pool.images.shape.length === 4 && pool.images.shape[0] === length && (augmenter.select === undefined ? length === size : length >= size);
    demandReturned(site, fits, `images [${pool.images.shape.join(",")}] and ${length} rows`, `images of ${size} rows${augmenter.select === undefined ? "" : " or more"} and as many rows`);
    return pool;
  }

  /** B, from how many rows the augmenter proposes for one image. */
  #guessBatchSize(rows: number): number {
    const { id, augmenter, inputs, streams } = this.#setting;
    const [, ...shape] = inputs.arrays.get("pool.images")?.shape ?? [1, 8, 8, 1];
    const image = this.#own(zeros([1, ...shape]));
    const plan = callHook(this.#site("sample"), () => augmenter.sample(streams.at(`augmenter:${id}`), batchInfo(image)));
    const perImage = this.#apply(plan, image).rows.length;
    if (rows % perImage !== 0) {
      throw inputs.invalid(`its pool has ${rows} rows, and ${id} proposes ${perImage} for an image`, "the logits of a whole pool, or labels [B] beside them");
    }
    return rows / perImage;
  }

  /** The labels of these rows of the batch, where labels are recorded. */
  #labelsOf(rows: readonly number[]): TensorLike | undefined {
    const { inputs } = this.#setting;
    if (!inputs.has("labels")) return undefined;
    const labels = inputs.numbers("labels", "[B]");
    return this.#own(integers(rows.map((row) => labels[row]!), [rows.length]));
  }

  async #write(tensors: Readonly<Record<string, TensorLike>>): Promise<void> {
    const { outFile } = this.#setting.options;
    if (outFile !== undefined) await writeTensors(outFile, tensors);
  }

  #own<T extends TensorLike>(tensor: T): T {
    this.#setting.owned.push(tensor);
    return tensor;
  }

  #site(hook: string): HookSite {
    return { plugin: `augmenter ${this.#setting.id}`, hook, where: "probe" };
  }
}

/** Pixels are taken as they are: a recorded batch says nothing of a normalisation, so black is 0. */
function batchInfo(images: TensorLike) {
  const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
  return { size, height, width, channels, mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
}

function readPlan(file: string): Json {
  try {
    const recorded = JSON.parse(readFileSync(file, "utf8")) as Json;
    return isProbeOutput(recorded) ? recorded.plan : recorded;
  } catch (error) {
    throw probeInputInvalid({ file, problem: (error as Error).message, expected: "a plan as JSON, as the probe prints it" });
  }
}

/** What a probe printed serves as a plan file too. */
function isProbeOutput(value: Json): value is { readonly plan: Json } {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("plan" in value)) return false;
  return Object.keys(value).every((key) => key === "plan" || key === "indices");
}
