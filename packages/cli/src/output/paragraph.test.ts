import { expect, it } from "vitest";
import { paragraph } from "./paragraph.js";

it.each([
  ["one two three", 9, "", "one two\nthree"],
  ["one two three", 13, "", "one two three"],
  ["one two three", 9, "> ", "> one two\n  three"],
  ["a /very/long/path/indeed b", 10, "", "a\n/very/long/path/indeed\nb"],
  ["one\ntwo", 20, "* ", "* one\n  two"],
  ["", 20, "", ""],
])("breaks %j at %i columns behind %j", (text, columns, head, expected) => {
  expect(paragraph(text, columns, head)).toBe(expected);
});
