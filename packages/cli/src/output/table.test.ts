import { expect, it } from "vitest";
import { formatTables } from "./table.js";

const header = ["name", "first", "second", "third"];
const rows = [["a", "1", "2", "3"], ["longer", "10", "20", "30"]];

it("is one table where all columns fit", () => {
  expect(formatTables(header, rows, 40)).toBe(
    ["name    first  second  third", "──────  ─────  ──────  ─────", "a           1       2      3", "longer     10      20     30"].join("\n"),
  );
});

it("is several, each with the names, where they do not; a column too wide stands alone", () => {
  const tables = formatTables(header, rows, 22).split("\n\n");
  expect(tables.map((table) => table.split("\n")[0])).toEqual(["name    first  second", "name    third"]);
  expect(tables[1]!.split("\n").at(-1)).toBe("longer     30");
  expect(formatTables(header, rows, 5).split("\n\n")).toHaveLength(3);
});
