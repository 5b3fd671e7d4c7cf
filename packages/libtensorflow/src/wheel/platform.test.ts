import { expect, test } from "vitest";
import { platformOf } from "./platform.js";

// File names as they stand on the Python package index.
test.each([
  ["tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl", "linux x64"],
  ["tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "linux x64"],
  ["tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl", "linux arm64"],
  ["tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl", undefined],
  ["tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl", undefined],
])("%s is for %s", (name, platform) => {
  expect(platformOf(name)).toBe(platform);
});
