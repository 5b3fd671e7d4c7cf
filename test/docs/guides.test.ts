import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../packed/pack.js";

/** Guides are read outside the repository, beside the packages as npm installs them. */
const folder = join(root, "docs/guides");
const guides = readdirSync(folder).filter((name) => name.endsWith(".md"));

describe.each(guides)("%s", (name) => {
  const text = readFileSync(join(folder, name), "utf8");

  it("links to guides and to the web alone", () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !link.startsWith("https://") && !guides.includes(link))).toEqual([]);
  });

  it("writes classes as the scaffolder does: options in a private field", () => {
    expect(text).not.toMatch(/constructor\((private|protected|public|readonly) /);
  });

  it("names files of kdf's packages that are packed", () => {
    const files = [...text.matchAll(/node_modules\/(@kdf\/[\w-]+)\/([\w./-]+\.(?:md|d\.ts))/g)];
    for (const [, owner, file] of files) {
      const place = join(root, "node_modules", owner!);
      const { files: packed } = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as { files: string[] };
      expect(() => readFileSync(join(place, file!))).not.toThrow();
      // npm packs a README whatever is listed.
      expect(file === "README.md" || packed.some((each) => file!.startsWith(each)), file).toBe(true);
    }
    expect(files.length).toBeGreaterThan(0);
  });
});
