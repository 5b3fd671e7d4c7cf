import { define, definePlugin } from "@kdf/core";
import { options, Quarters } from "./quarters.js";

const summary = "four images meet at a point, each in one corner";

export default definePlugin({
  id: "quarters",
  provides: { augmenter: { quarters: define({ summary, options, create: (given) => new Quarters(given) }) } },
});
