import { globalAveragePool, rectifiedLinear, type Tensor } from "@kdf/tensor";
import { inTurn } from "./in-turn.js";
import type { Pass } from "./pass.js";

/** A block that leaves the ReLU after it to the network. */
export interface UnrectifiedBlock {
  forward(x: Tensor, pass: Pass): Tensor;
}

/** x through the blocks of a stage, with a ReLU between them and none after the last. */
export function throughStage(stage: readonly UnrectifiedBlock[], x: Tensor, pass: Pass): Tensor {
  const steps = stage.flatMap((block, place) => {
    const step = (y: Tensor): Tensor => block.forward(y, pass);
    return place === 0 ? [step] : [rectifiedLinear, step];
  });
  return inTurn(x, steps);
}

export interface RectifiedStages {
  /** [B,C]: the mean over the last map. */
  readonly pooled: Tensor;
  /** As `describeRectifiedStages` names them. */
  readonly taps: Readonly<Record<string, Tensor>>;
}

/** Images through stem and stages, with a ReLU after each: every map before and after it, and the pooled last one. */
export function rectifiedStages(images: Tensor, stages: readonly ((x: Tensor) => Tensor)[]): RectifiedStages {
  const maps: Record<string, Tensor> = {};
  const before: Record<string, Tensor> = {};
  let x = images;
  stages.forEach((stage, place) => {
    const preactivation = stage(x);
    x = rectifiedLinear(preactivation);
    maps[`f${place}`] = x;
    before[`f${place}Preactivation`] = preactivation;
  });
  const pooled = globalAveragePool(x);
  return { pooled, taps: { ...maps, pooled, ...before } };
}

/** Shapes of the taps f0, f1, …, of the pooled last one, and of f0Preactivation, …, from the square maps of stem and stages. */
export function describeRectifiedStages(maps: readonly { readonly side: number; readonly channels: number }[]): Record<string, readonly number[]> {
  const shapes = maps.map(({ side, channels }) => [side, side, channels]);
  return {
    ...Object.fromEntries(shapes.map((shape, place) => [`f${place}`, shape])),
    pooled: [maps.at(-1)!.channels],
    ...Object.fromEntries(shapes.map((shape, place) => [`f${place}Preactivation`, shape])),
  };
}
