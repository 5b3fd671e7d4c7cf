import { pluginNotFound, pluginThrew } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { errorJson, errorText, exitCodeOf } from "./error-report.js";

const plain = { write: () => undefined, columns: 200 };
const coloured = { write: () => undefined, isTTY: true, hasColors: () => true, columns: 80 };

const notFound = pluginNotFound({
  name: "cutmixpik",
  tried: ["@kdf/plugin-cutmixpik", "kdf-plugin-cutmixpik"],
  directory: "/projects/flowers",
  installed: ["cutmix", "cutmixpick"],
});
const threw = pluginThrew(
  { plugin: "blur", hook: "create", where: "augmenter:blur", message: "out of paint" },
  { cause: new TypeError("out of paint") },
);

describe("an error of the catalogue", () => {
  it("is a block of at most 80 columns", () => {
    expect(errorText(notFound, plain)).toBe(
      [
        "error: No plugin cutmixpik is installed. Did you mean cutmixpick?",
        "  expected: @kdf/plugin-cutmixpik or kdf-plugin-cutmixpik in /projects/flowers",
        "  to fix:   npm install @kdf/plugin-cutmixpik, or name one of the installed:",
        "            cutmix, cutmixpick",
        "  KDF_PLUGIN_NOT_FOUND",
        "",
      ].join("\n"),
    );
  });

  it("shows a plugin's author where it came from", () => {
    expect(errorText(threw, plain)).toMatch(/ {2}from: {5}TypeError at\s+\S*error-report\.test\.ts/);
  });

  it("is coloured on a terminal that has colours", () => {
    expect(errorText(notFound, coloured)).toMatch(/^\u001B\[31merror:\u001B\[39m No plugin/);
    expect(errorText(notFound, { ...coloured, hasColors: () => false })).not.toContain("\u001B");
  });

  it("is one flat object as JSON", () => {
    const { happened, expected, fix } = notFound.explanation;
    expect(errorJson(notFound)).toEqual({
      error: {
        code: "KDF_PLUGIN_NOT_FOUND",
        kind: "request",
        message: `${happened} Expected: ${expected}. To fix: ${fix}`,
        happened,
        expected,
        fix,
      },
    });
  });

  it("decides the exit code by its kind", () => {
    expect([notFound, threw, new Error("x"), "x"].map(exitCodeOf)).toEqual([2, 1, 1, 1]);
  });
});

describe("any other error", () => {
  it("is told with its stack, and asks for a report", () => {
    const text = errorText(new RangeError("index 7 of 5"), plain);
    expect(text).toMatch(/^error: index 7 of 5\n/);
    expect(text).toContain("please report it");
    expect(text).toContain("error-report.test.ts");
  });

  it("may be something that is no Error", () => {
    expect(errorText("cable pulled", plain)).toMatch(/^error: cable pulled\n/);
    expect(errorJson(new Error("x")).error).toMatchObject({ code: "UNEXPECTED", message: "x" });
  });
});
