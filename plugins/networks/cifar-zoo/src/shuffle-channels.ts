import { reshape, scope, transpose, type Tensor } from "@kdf/tensor";

/**
 * x [B,H,W,C] with the channels of its groups dealt out in turn, so that the next grouped convolution sees all of them
 * (Zhang et al. 2018, figure 1): channel i of group g goes to place i·groups + g. The caller owns the result.
 */
export function shuffleChannels(x: Tensor, groups: number): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  return scope(() => {
    const grouped = reshape(x, [batch, height * width, groups, channels / groups]);
    return reshape(transpose(grouped, [0, 1, 3, 2]), [batch, height, width, channels]);
  });
}
