import { define, definePlugin, type Definition, type Model, type ModelInput, type Network, type RandomStream } from "@kdf/core";
import { z } from "zod";
import { MobilenetV2 } from "./mobilenet-v2.js";
import { Resnet, type ResnetShape } from "./resnet.js";

const resnets: Record<string, ResnetShape> = {
  imagenet_resnet18: { block: "basic", blocks: [2, 2, 2, 2] },
  imagenet_resnet34: { block: "basic", blocks: [3, 4, 6, 3] },
  imagenet_resnet50: { block: "bottleneck", blocks: [3, 4, 6, 3] },
};

type Build = (network: string, input: ModelInput, classes: number, stream: RandomStream) => Model;

function network(id: string, summary: string, build: Build): Record<string, Definition<Network>> {
  const create = (): Network => ({ build: ({ input, classes }, stream) => build(id, input, classes, stream) });
  return { [id]: define({ summary, options: z.strictObject({}), create }) };
}

export default definePlugin({
  id: "imagenet-zoo",
  provides: {
    network: {
      ...Object.assign(
        {},
        ...Object.entries(resnets).map(([id, shape]) =>
          network(id, `ImageNet ResNet, stages of ${shape.blocks.join(", ")} ${shape.block} blocks`, (...given) => new Resnet(shape, ...given)),
        ),
      ) as Record<string, Definition<Network>>,
      ...network("imagenet_mobilenetv2", "ImageNet MobileNetV2, expansion 6, width 1", (...given) => new MobilenetV2(...given)),
    },
  },
});
