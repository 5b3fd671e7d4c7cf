import { define, definePlugin } from "@kdf/core";
import { mnist } from "./mnist.js";
import { options } from "./options.js";

const summary = "grey images of handwritten digits, 28 x 28, ten classes; 60,000 training and 10,000 test images, on demand";

export default definePlugin({ id: "mnist", provides: { dataset: { mnist: define({ summary, options, create: mnist }) } } });
