import { definePlugin } from "@kdf/core";
import { Margin, marginOptions } from "./margin.js";
import { Negative, negativeOptions } from "./negative.js";

export default definePlugin({
  id: "acme-negative",
  provides: {
    augmenter: {
      negative: { summary: "bright becomes dark", options: negativeOptions, create: (options) => new Negative(options) },
    },
    metric: {
      margin: { summary: "how far the first class leads", options: marginOptions, create: (options) => new Margin(options) },
    },
  },
});
