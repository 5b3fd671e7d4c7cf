import { describe, expect, it } from "vitest";
import type { DocumentedPlugin } from "./plugin.js";
import { pluginReadme } from "./plugin-readme.js";

const plugin: DocumentedPlugin = {
  folder: "plugins/augmenters/blur-pick",
  json: { name: "@kdf/plugin-blur-pick", version: "1.0.0" },
  kind: "augmenter",
  manifest: { manifest: 1, id: "blur-pick", provides: ["augmenter:blur-pick"], requires: ["augmenter:blur"], opens: {} },
  required: [{ contribution: "augmenter:blur", from: "@kdf/plugin-blur", folder: "plugins/augmenters/blur" }],
  contributions: [
    {
      kind: "augmenter",
      id: "blur-pick",
      summary: "picks the blurred",
      options: { type: "object", properties: { sigma: { type: "number", default: 1, description: "in pixels" } } },
    },
  ],
};
const plain: DocumentedPlugin = { ...plugin, contributions: [{ kind: "augmenter", id: "blur-pick", summary: "" }] };

describe("a plugin's README", () => {
  it("gets its head in place of the title, and its options at the end", () => {
    expect(pluginReadme(plugin, "# an old title\n\nWhat it does.\n")).toBe(
      [
        "<!-- head: npm run docs writes it from package.json -->",
        "# @kdf/plugin-blur-pick",
        "",
        "Provides augmenter `blur-pick`; requires augmenter `blur` of [@kdf/plugin-blur](../blur). `npm install @kdf/plugin-blur-pick`",
        "<!-- /head -->",
        "",
        "What it does.",
        "",
        "## Options",
        "",
        "<!-- options: npm run docs writes it from the schema -->",
        "| Option | Values | Default | Meaning |",
        "|---|---|---|---|",
        "| `sigma` | number | `1` | in pixels |",
        "<!-- /options -->",
        "",
      ].join("\n"),
    );
  });

  it("is the same when it is written again", () => {
    const once = pluginReadme(plugin, "What it does.\n");
    expect(pluginReadme(plugin, once)).toBe(once);
  });

  it("keeps what stands around the marked parts", () => {
    const once = pluginReadme(plugin, "Before.\n").concat("\nAfter.\n");
    const stale = once.replace("in pixels", "in millimetres").replace("augmenter `blur-pick`", "augmenter `blurpick`");
    expect(pluginReadme(plugin, stale)).toBe(once);
  });

  it("loses a table of options that are gone", () => {
    const text = pluginReadme(plain, pluginReadme(plugin, "Before.\n").concat("\nAfter.\n"));
    expect(text).not.toContain("sigma");
    expect(text).toContain("Before.");
    expect(text).toContain("After.");
  });

  it("names the contributions that options belong to where several have some", () => {
    const [first] = plugin.contributions;
    if (first === undefined) throw new Error("the plugin has a contribution");
    const two = { ...plugin, contributions: [first, { ...first, id: "other" }] };
    expect(pluginReadme(two, "")).toMatch(/augmenter `blur-pick`:\n\n\| Option[^]*augmenter `other`:\n\n\| Option/);
  });

  it("shows the settings of a preset by their paths", () => {
    const preset = { engine: "wasm", metrics: ["top-1"], optimizer: { id: "sgd", nesterov: true } };
    const text = pluginReadme({ ...plain, kind: "preset", manifest: { ...plain.manifest, provides: [], preset } }, "");
    expect(text).toContain("| `engine` | `wasm` |\n| `metrics` | `[\"top-1\"]` |\n| `optimizer.id` | `sgd` |\n| `optimizer.nesterov` | `true` |");
  });
});
