import { expect, it } from "vitest";
import { difference } from "./difference.js";
import { resumeMismatch } from "./run.js";

const between = (before: unknown, after: unknown) => difference(JSON.stringify(before), JSON.stringify(after));

it("shows the keys that differ, and no others", () => {
  const before = { id: "wasm", threads: 2, device: { name: "cpu", cache: null } };
  const after = { id: "wasm", threads: 8, device: { name: "gpu", cache: null }, fast: true };
  expect(between(before, after)).toEqual([
    "threads 2, device.name cpu, fast missing",
    "threads 8, device.name gpu, fast true",
  ]);
});

it("compares lists by id where the items have one, else by place", () => {
  const [kd, cutmix] = [{ id: "kd", hash: "aa" }, { id: "cutmix", hash: "bb" }];
  expect(between([kd, cutmix], [cutmix, { ...kd, hash: "cc" }])).toEqual(["kd.hash aa", "kd.hash cc"]);
  expect(between({ features: ["simd", "x"] }, { features: ["simd", "y"] })).toEqual(["features.1 x", "features.1 y"]);
});

it("counts what it leaves out", () => {
  const many = (value: number) => Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, value]));
  expect(between(many(1), many(2))).toEqual(["a 1, b 1, c 1, d 1, and 2 more", "a 2, b 2, c 2, d 2, and 2 more"]);
});

it("leaves other texts alone", () => {
  expect(difference("sgd", "adamw")).toEqual(["sgd", "adamw"]);
  expect(between("1.0.0", "1.1.0")).toEqual(['"1.0.0"', '"1.1.0"']);
  expect(between(null, { file: "t" })).toEqual(["null", '{"file":"t"}']);
});

it("makes the message of a mismatch short", () => {
  const record = { name: "Fashion-MNIST", licence: "MIT", sha256: "ed2e" };
  const detail = { what: "data", recorded: JSON.stringify(record), present: JSON.stringify({ ...record, sha256: "00ff" }) };
  expect(resumeMismatch(detail).explanation.happened).toBe(
    "The run cannot be resumed exactly: its data was sha256 ed2e, here it is sha256 00ff.",
  );
});
