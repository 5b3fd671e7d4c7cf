import { define, definePlugin } from "@kdf/core";
import { options } from "./options.js";
import { tinyImagenet } from "./tiny-imagenet.js";

const summary = "colour images of 200 classes of ImageNet, 64 x 64; 100,000 training and 10,000 test images, on demand";

export default definePlugin({ id: "tiny-imagenet", provides: { dataset: { "tiny-imagenet": define({ summary, options, create: tinyImagenet }) } } });
