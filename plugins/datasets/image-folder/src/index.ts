import { define, definePlugin } from "@kdf/core";
import { imageFolder } from "./image-folder.js";
import { options } from "./options.js";

const summary = "images of your own: train/CLASS/*.{jpg,png,webp} and val/CLASS/… or test/CLASS/…, in the folder of --data-dir";

export default definePlugin({ id: "image-folder", provides: { dataset: { "image-folder": define({ summary, options, create: imageFolder }) } } });
