import { expect, test } from "vitest";
import { pathProblem } from "./member-path.js";

test.each(["a", "a/b.bin", "a/.hidden", "a/..b/c", "./a", "folder/"])("%s stays inside", (path) => expect(pathProblem(path)).toBeUndefined());

test.each([
  ["../a", /climbs out/],
  ["a/../../b", /climbs out/],
  ["a/..", /climbs out/],
  ["/etc/passwd", /absolute/],
  ["C:/windows", /absolute/],
  ["c:file", /absolute/],
  ["a\\..\\..\\b", /backslash/],
  ["a\0b", /zero byte/],
  ["", /no name/],
])("%j does not", (path, problem) => expect(pathProblem(path)).toMatch(problem));
