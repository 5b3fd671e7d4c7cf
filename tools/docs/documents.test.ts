import { describe, expect, it } from "vitest";
import { documents, staleDocuments } from "./documents.js";

describe("generated documents", () => {
  it("say what schemas, manifests and commands say: else run npm run docs", async () => {
    expect([...(await staleDocuments()).keys()]).toEqual([]);
  });

  it("name every command and setting that a reader may look for", async () => {
    const texts = await documents();
    const commands = texts.get("docs/reference/commands.md");
    for (const expected of ["## kdf train", "## kdf plugins list", "`--augmenters <", "kdf train --resume runs/", "`--json`"]) {
      expect(commands).toContain(expected);
    }
    const configuration = texts.get("docs/reference/configuration.md");
    for (const expected of ["`dataset`", "`optimizer.learningRate`", "step only: epochs after which", "whole number > 0"]) {
      expect(configuration).toContain(expected);
    }
    for (const expected of ["[`kd`](../../plugins/distillers/kd/README.md)", "`divergence.augmented` 0.9"]) {
      expect(texts.get("docs/reference/distillers.md")).toContain(expected);
    }
    expect(texts.get("docs/reference/plugins.md")).toContain("[@kdf/plugin-cutmix](../../plugins/augmenters/cutmix/README.md)");
  });
});
