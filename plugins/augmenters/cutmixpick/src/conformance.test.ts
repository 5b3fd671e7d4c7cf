import { conformance, pluginOf } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** In place of the augmenter that fills the pool. */
const base = pluginOf("base", { augmenter: { cutmix: () => ({ sample: () => null, propose: (_plan, { images }) => ({ images, rows: [] }) }) } });

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), plugins: [base] })) test(check.name, check.run);
