import { inTurn, type Pass } from "@kdf/nn";
import { rectifiedLinear, type Tensor } from "@kdf/tensor";

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
