import {
  define,
  definePlugin,
  type Definition,
  type Model,
  type ModelInput,
  type Network,
  type RandomStream,
} from "@kdf/core";
import { z } from "zod";
import { BottleneckResnet, type BottleneckResnetShape } from "./bottleneck-resnet.js";
import { MobilenetV2, type MobilenetV2Shape } from "./mobilenet-v2.js";
import { Resnet, type ResnetShape } from "./resnet.js";
import { ShufflenetV1, type ShufflenetV1Shape } from "./shufflenet-v1.js";
import { ShufflenetV2, type ShufflenetV2Shape } from "./shufflenet-v2.js";
import { Vgg, type VggShape } from "./vgg.js";
import { WideResnet, type WideResnetShape } from "./wide-resnet.js";

const narrow = [16, 16, 32, 64] as const;
const wide = [32, 64, 128, 256] as const;

const resnets: Record<string, ResnetShape> = {
  resnet8: { depth: 8, widths: narrow },
  resnet14: { depth: 14, widths: narrow },
  resnet20: { depth: 20, widths: narrow },
  resnet32: { depth: 32, widths: narrow },
  resnet44: { depth: 44, widths: narrow },
  resnet56: { depth: 56, widths: narrow },
  resnet110: { depth: 110, widths: narrow },
  resnet8x4: { depth: 8, widths: wide },
  resnet32x4: { depth: 32, widths: wide },
};

const wideResnets: Record<string, WideResnetShape> = {
  wrn_16_1: { depth: 16, factor: 1 },
  wrn_16_2: { depth: 16, factor: 2 },
  wrn_40_1: { depth: 40, factor: 1 },
  wrn_40_2: { depth: 40, factor: 2 },
};

const vggs: Record<string, VggShape> = {
  vgg8: [1, 1, 1, 1, 1],
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
};

const bottleneckResnets: Record<string, BottleneckResnetShape> = { resnet50: [3, 4, 6, 3] };

const mobilenets: Record<string, MobilenetV2Shape> = { mobilenetv2: { expansion: 6, width: 0.5 } };

const shufflenets: Record<string, ShufflenetV1Shape> = {
  shufflev1: { groups: 3, widths: [240, 480, 960], blocks: [4, 8, 4] },
};

const secondShufflenets: Record<string, ShufflenetV2Shape> = {
  shufflev2: { widths: [116, 232, 464, 1024], blocks: [3, 7, 3] },
};

type Family<Shape> = new (id: string, shape: Shape, input: ModelInput, classes: number, stream: RandomStream) => Model;

/** Every shape of a family as a contribution. */
function family<Shape>(
  Network: Family<Shape>,
  shapes: Readonly<Record<string, Shape>>,
  summary: (shape: Shape) => string,
): Record<string, Definition<Network>> {
  const definitions = Object.entries(shapes).map(([id, shape]) => {
    const build: Network["build"] = ({ input, classes }, stream) => new Network(id, shape, input, classes, stream);
    return [id, define({ summary: summary(shape), options: z.strictObject({}), create: () => ({ build }) })] as const;
  });
  return Object.fromEntries(definitions);
}

export default definePlugin({
  id: "cifar-zoo",
  provides: {
    network: {
      ...family(Resnet, resnets, ({ depth, widths }) => `CIFAR ResNet of ${depth} layers, widths ${widths.join(", ")}`),
      ...family(WideResnet, wideResnets, ({ depth, factor }) => `wide ResNet of ${depth} layers, factor ${factor}`),
      ...family(Vgg, vggs, (blocks) => `VGG with batch norm, blocks of ${blocks.join(", ")} convolutions`),
      ...family(BottleneckResnet, bottleneckResnets, (blocks) => `CIFAR ResNet of bottlenecks, stages of ${blocks.join(", ")} blocks`),
      ...family(MobilenetV2, mobilenets, ({ expansion, width }) => `CIFAR MobileNetV2, expansion ${expansion}, width ${width}`),
      ...family(ShufflenetV1, shufflenets, ({ groups }) => `CIFAR ShuffleNet of ${groups} groups`),
      ...family(ShufflenetV2, secondShufflenets, ({ widths }) => `CIFAR ShuffleNetV2, widths ${widths.join(", ")}`),
    },
  },
});
