import { define, definePlugin } from "@kdf/core";
import { imagenet100 } from "./imagenet100.js";
import { options } from "./options.js";

const summary = "a hundred classes of ImageNet from train/WNID/ and val/WNID/, in the folder of --data-dir; the list of classes is an option";

export default definePlugin({ id: "imagenet100", provides: { dataset: { imagenet100: define({ summary, options, create: imagenet100 }) } } });
