import type { PluginContext } from "@kdf/core";
import { IdxDataset, idxFileNames } from "@kdf/data";
import { describe } from "./description.js";
import { locate, type LocatedFiles } from "./locate.js";
import type { Options } from "./options.js";

const fix =
  "replace the file by a fresh copy: it is damaged or another version; " +
  "--set fashion-mnist.verify=false takes images of your own in this format";

/**
 * Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017, arXiv:1708.07747): 28 x 28 grey images in ten classes. A row's
 * identity is its number in the full set. Each split is read once and stays in memory, 47 MB for all of training.
 */
export function fashionMnist(options: Options, context: PluginContext): IdxDataset {
  let located: LocatedFiles | undefined;
  return new IdxDataset({
    description: describe(options.cropPadding),
    fix,
    async locate() {
      located = await locate(options, context);
      const { part, paths, sums } = located;
      return part === "subset" || options.verify ? { paths, sums } : { paths };
    },
    describeOrigin({ paths }, sums) {
      const { part, sums: published } = located!;
      const ofZalando = idxFileNames.every((name) => sums[name] === published[name]);
      return {
        name: "Fashion-MNIST",
        images: part === "subset" ? "first 10,000 training and first 2,000 test images" : ofZalando ? "full" : "the user's own",
        source: ofZalando ? "https://github.com/zalandoresearch/fashion-mnist" : paths["train-images-idx3-ubyte"],
        licence: ofZalando ? "MIT, copyright 2017 Zalando SE" : "unknown",
      };
    },
  });
}
