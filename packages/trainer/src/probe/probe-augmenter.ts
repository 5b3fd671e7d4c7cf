import { readFileSync } from "node:fs";
import { probeInputInvalid, type Augmenter, type BatchInfo, type ExtensionRegistry, type Json, type Pool, type Role, type Streams, type TensorLike } from "@kdf/core";
import { disposeAll, floats, gather, integers, read } from "@kdf/tensor";
import { callHook, callTensorHook } from "../hook.js";
import { ProbeInputs, toIntegers, writeTensors } from "./inputs.js";

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
 * which rows it keeps; the criterion that compares with the batch wants `original.teacher.logits` [B,K].
 */
export async function probeAugmenter(
  registry: ExtensionRegistry,
  streams: Streams,
  id: string,
  options: AugmenterProbeOptions,
): Promise<AugmenterProbe> {
  const augmenter = await registry.create("augmenter", id);
  const inputs = new ProbeInputs(options.inputsFile);
  const site = (hook: string): { plugin: string; hook: string; where: string } => ({ plugin: `augmenter ${id}`, hook, where: "probe" });
  const write = async (tensors: Readonly<Record<string, TensorLike>>): Promise<void> => {
    if (options.outFile !== undefined) await writeTensors(options.outFile, tensors);
  };
  const recordedPool = [...inputs.arrays.keys()].some((name) => name.startsWith("pool."));
  if (!inputs.has("images")) {
    if (augmenter.select === undefined || !recordedPool) throw inputs.invalid("it has no images", "images [B,H,W,C] and labels [B]");
    const indices = await select(augmenter, inputs, undefined, site("select"));
    await write({ indices: indices.tensor });
    indices.tensor.dispose();
    return { indices: indices.values };
  }

  const images = inputs.tensor("images", "[B,H,W,C]");
  const info = batchInfo(images);
  const labels = inputs.has("labels") ? inputs.numbers("labels", "[B]") : new Int32Array(info.size);
  const plan =
    options.planFile === undefined
      ? callHook(site("sample"), () => augmenter.sample(streams.at(`augmenter:${id}`, {}), info))
      : readPlan(options.planFile);
  const batch = { images, labels: toIntegers(labels), indices: toIntegers(Int32Array.from({ length: info.size }, (_, row) => row)) };
  const pool = callTensorHook(site("propose"), () => augmenter.propose(plan, batch));
  const rows = integers(Int32Array.from(pool.rows), [pool.rows.length]);
  const poolLabels = gather(batch.labels, rows);
  try {
    if (augmenter.select !== undefined && (options.phase === "pool" || !recordedPool)) {
      await write({ "pool.images": pool.images, "pool.labels": poolLabels, "pool.rows": rows });
      return { plan };
    }
    if (augmenter.select === undefined) {
      await write({ images: pool.images, labels: poolLabels, indices: rows });
      return { plan, indices: pool.rows };
    }
    const kept = await select(augmenter, inputs, pool, site("select"), info.size);
    const [keptImages, keptLabels] = [gather(pool.images, kept.tensor), gather(poolLabels, kept.tensor)];
    await write({ images: keptImages, labels: keptLabels, indices: kept.tensor });
    disposeAll([keptImages, keptLabels, kept.tensor]);
    return { plan, indices: kept.values };
  } finally {
    disposeAll([pool.images, rows, poolLabels, images, batch.labels, batch.indices]);
  }
}

/** Pixels are taken as they are: a recorded batch says nothing of a normalisation, so black is 0. */
function batchInfo(images: TensorLike): BatchInfo {
  const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
  return { size, height, width, channels, mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
}

async function select(
  augmenter: Augmenter,
  inputs: ProbeInputs,
  pool: Pool | undefined,
  site: { plugin: string; hook: string; where: string },
  size = batchSize(augmenter, inputs),
): Promise<{ readonly tensor: TensorLike; readonly values: number[] }> {
  const logits: Partial<Record<Role, TensorLike>> = {};
  for (const { role } of augmenter.needs ?? []) logits[role] = inputs.tensor(`pool.${role}.logits`, "[P,K]");
  const count = Object.values(logits)[0]?.shape[0] ?? pool?.rows.length ?? 0;
  const original = inputs.has("original.teacher.logits") ? inputs.tensor("original.teacher.logits", "[B,K]") : undefined;
  const used = pool ?? { images: floats(new Float32Array(count), [count, 1, 1, 1]), rows: Array.from({ length: count }, (_, row) => row % size) };
  const tensor = callTensorHook(site, () =>
    augmenter.select!(used, { pool: logits, original: original === undefined ? {} : { teacher: original } }, size),
  );
  disposeAll([...Object.values(logits), ...(original ? [original] : [])]);
  if (pool === undefined) used.images.dispose();
  return { tensor, values: [...(await read(tensor))] };
}

/** B, from what was recorded of the batch, else from how many rows the augmenter proposes for one image. */
function batchSize(augmenter: Augmenter, inputs: ProbeInputs): number {
  for (const name of ["labels", "original.teacher.logits"]) if (inputs.has(name)) return inputs.arrays.get(name)!.shape[0]!;
  const rows = [...inputs.arrays].find(([name]) => name.startsWith("pool."))![1].shape[0]!;
  const images = floats(new Float32Array(64), [1, 8, 8, 1]);
  const one = toIntegers(Int32Array.of(0));
  const still = { uniform: () => 0.5, integer: () => 0, normal: () => 0, beta: () => 0.5, permutation: (n: number) => [...Array(n).keys()], choose: (_: number, n: number) => [...Array(n).keys()] };
  const pool = augmenter.propose(augmenter.sample(still, batchInfo(images)), { images, labels: one, indices: one });
  const perImage = pool.rows.length;
  disposeAll([images, one, pool.images]);
  return Math.floor(rows / perImage);
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
