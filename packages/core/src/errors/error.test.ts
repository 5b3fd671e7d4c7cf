import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../index.js";
import { catalogued, errorCatalogue, isKdfError, withAnotherFix } from "./error.js";

describe("an error of the catalogue", () => {
  const make = catalogued("KDF_TEST_ONLY", "request", (d: { what: string }) => ({
    happened: `${d.what} broke.`,
    expected: "a whole one",
    fix: "mend it",
  }));

  it("says what happened, what was expected and how to fix it", () => {
    const cause = new Error("root");
    const error = make({ what: "The cup" }, { cause });
    expect(error).toMatchObject({ name: "KdfError", code: "KDF_TEST_ONLY", kind: "request", cause });
    expect(error.message).toBe("The cup broke.\n  expected: a whole one\n  to fix:   mend it");
  });

  it("takes another way out", () => {
    const first = make({ what: "The cup" });
    expect(withAnotherFix(first, "buy one")).toMatchObject({
      code: "KDF_TEST_ONLY", kind: "request", cause: first, explanation: { happened: "The cup broke.", fix: "mend it; or buy one" },
    });
  });

  it("enters its code, once", () => {
    expect(errorCatalogue.get("KDF_TEST_ONLY")).toBe("request");
    expect(() => catalogued("KDF_TEST_ONLY", "run", () => ({ happened: "", expected: "", fix: "" }))).toThrow("twice");
  });

  it("is known across copies of core, by its brand", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("kdf.error")]: true });
    expect([make({ what: "x" }), foreign, new Error("x"), null, "x"].map(isKdfError)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("does not print its brand", () => {
    expect(Object.getOwnPropertySymbols({ ...make({ what: "x" }) })).toEqual([]);
  });
});

describe("the whole catalogue", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));

  it.each(files)("core exports all of %s", async (file) => {
    const names = Object.keys((await import(/* @vite-ignore */ `./${file.replace(/\.ts$/, ".js")}`)) as object);
    expect(names.filter((name) => !(name in core))).toEqual([]);
  });

  it("holds each code that the files define", () => {
    const defined = files.flatMap((file) =>
      [...readFileSync(`${import.meta.dirname}/${file}`, "utf8").matchAll(/(?:catalogued|refusal|failure)\(\s*"(\w+)"/g)].map((m) => m[1]),
    );
    expect(defined.length).toBeGreaterThan(40);
    expect(defined.filter((code) => !errorCatalogue.has(code!))).toEqual([]);
    for (const code of defined) expect(code).toMatch(/^KDF_[A-Z0-9]+(_[A-Z0-9]+)*$/);
  });
});
