import { describe, expect, it } from "vitest";
import { admits } from "./compatibility.js";

describe("admits", () => {
  it.each([
    ["^1.2.0", "1.2.0"],
    ["^1.2.0", "1.9.3"],
    ["~1.2.0", "1.2.9"],
    ["1.x", "1.0.0"],
    ["1", "1.4.0"],
    ["1.2.3", "1.2.3"],
    [">=1.2.0 <2", "1.9.0"],
    [">=0.1.0 <1", "0.7.0"],
    ["^0.3.0", "0.3.1"],
    ["^1.0.0 || ^2.0.0", "2.1.0"],
    ["^1.0.0-alpha.1", "1.0.0-alpha.3"],
    // A pre-release of core still loads plugins for what came before it.
    ["^1.2.0", "1.3.0-rc.1"],
  ])("%s takes core %s", (range, core) => expect(admits(range, core)).toBe(true));

  it.each([
    ["^1.2.0", "1.1.9"],
    ["^1.2.0", "2.0.0"],
    ["^1.2.0", "2.0.0-rc.1"],
    ["^2.0.0", "1.0.0"],
    ["^0.3.0", "0.4.0"],
    // Without a fixed major version, though core satisfies them.
    ["*", "1.0.0"],
    ["", "1.0.0"],
    ["x", "1.0.0"],
    [">=1", "1.0.0"],
    [">=1.0.0 <3", "1.0.0"],
    ["<2", "1.0.0"],
    ["1 - 2", "1.0.0"],
    ["^1.0.0 || *", "1.0.0"],
    // No range at all.
    ["latest", "1.0.0"],
    ["workspace:^", "1.0.0"],
    ["file:../core", "1.0.0"],
    [undefined, "1.0.0"],
  ])("%s refuses core %s", (range, core) => expect(admits(range, core)).toBe(false));
});
