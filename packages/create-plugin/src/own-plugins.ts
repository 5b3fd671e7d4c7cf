import type { TemplateKind } from "./template-kinds.js";

/** kdf's own plugins, and what they provide of the kinds that have a template. A test compares it with the repository. */
export const ownPlugins: Readonly<Record<string, Readonly<Partial<Record<TemplateKind, readonly string[]>>>>> = {
  "@kdf/plugin-cifar-zoo": { network: ["resnet8", "resnet14", "resnet20", "resnet32", "resnet44", "resnet56", "resnet110", "resnet8x4", "resnet32x4", "wrn_16_1", "wrn_16_2", "wrn_40_1", "wrn_40_2", "vgg8", "vgg11", "vgg13", "vgg16", "vgg19"] },
  "@kdf/plugin-cpu": {},
  "@kdf/plugin-crop-flip": { augmenter: ["crop-flip"] },
  "@kdf/plugin-cross-entropy": { distiller: ["cross-entropy"] },
  "@kdf/plugin-cutmix": { augmenter: ["cutmix"] },
  "@kdf/plugin-cutmixpick": { augmenter: ["cutmixpick"] },
  "@kdf/plugin-cutout": { augmenter: ["cutout"] },
  "@kdf/plugin-fashion-mnist": { dataset: ["fashion-mnist"] },
  "@kdf/plugin-fashion-mnist-teacher": {},
  "@kdf/plugin-flip": { augmenter: ["flip"] },
  "@kdf/plugin-identity": { augmenter: ["identity"] },
  "@kdf/plugin-kd": { distiller: ["kd"] },
  "@kdf/plugin-loss": { metric: ["loss"] },
  "@kdf/plugin-mixup": { augmenter: ["mixup"] },
  "@kdf/plugin-onnx": {},
  "@kdf/plugin-quickstart": {},
  "@kdf/plugin-t-stddev": { metric: ["t-stddev"] },
  "@kdf/plugin-tensorboard": {},
  "@kdf/plugin-tensorflow": {},
  "@kdf/plugin-tensorflow-gpu": {},
  "@kdf/plugin-top-1": { metric: ["top-1"] },
  "@kdf/plugin-top-5": { metric: ["top-5"] },
  "@kdf/plugin-wasm": {},
  "@kdf/plugin-webgpu": {},
};
