import { describe, expect, it } from "vitest";
import { headers, requirementsOfExtra } from "./requirement.js";

const environment = { machine: "x86_64", extra: "and-cuda", python: "3.11" };
const of = (...lines: string[]) => requirementsOfExtra(`Metadata-Version: 2.4\nName: tensorflow\n${lines.map((line) => `Requires-Dist: ${line}\n`).join("")}\nRequires-Dist: described; extra == "and-cuda"`, environment);

describe("what an extra requires", () => {
  // Lines as they stand in METADATA of tensorflow 2.21.0 and 2.15.1.
  it("is read in both ways of writing it, without what everybody needs", () => {
    expect(of('nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"', "nvidia-cudnn-cu12 (==8.9.4.25) ; extra == 'and-cuda'", "absl-py>=1.0.0", "numpy<2.0.0 ; python_version < \"3.12\"")).toEqual([
      { project: "nvidia-cublas-cu12", specifier: "<13.0,>=12.5.3.2" },
      { project: "nvidia-cudnn-cu12", specifier: "==8.9.4.25" },
    ]);
  });

  // As `packaging.markers.Marker(marker).evaluate(...)` of Python answers on Linux x64 with Python 3.11 (packaging 26.2).
  it.each([
    ["extra == 'and_cuda'", true],
    ["'and-cuda' == extra", true],
    ["extra == 'gcs-filesystem'", false],
    ["extra == 'and-cuda' and platform_machine == 'aarch64'", false],
    ["platform_system == 'Linux' and platform_machine == \"x86_64\" and extra == 'and-cuda'", true],
    ["extra == 'other' or extra == 'and-cuda' and sys_platform == 'linux'", true],
    ["(extra == 'other' or extra == 'and-cuda') and sys_platform == 'win32'", false],
    ["extra == 'and-cuda' and python_version >= '3.9'", true],
    ["extra == 'and-cuda' and '3.12' <= python_version", false],
    ["extra == 'and-cuda' and platform_machine not in 'arm64 aarch64'", true],
    ["extra == 'and-cuda' and os_name != 'nt'", true],
  ])("%s holds: %s", (marker, expected) => {
    expect(of(`nvidia_x.y ; ${marker}`)).toEqual(expected ? [{ project: "nvidia-x-y", specifier: "" }] : []);
  });

  it.each(["x ; extra ==", "x ; (extra == 'and-cuda'", "x ; unknown_word == 'a'", "x @ https://example.org/x.whl ; extra == 'and-cuda'"])("%s is refused", (line) => {
    expect(() => of(line)).toThrow(line.includes("@") ? "names no project" : "is not understood");
  });
});

it("a header stands above the description, whatever that holds", () => {
  expect(headers("Name: tensorflow\r\nVersion: 2.21.0\r\n\r\nName: no", "Name")).toEqual(["tensorflow"]);
});
