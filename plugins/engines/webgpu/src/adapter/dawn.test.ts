import { create } from "webgpu";
import { expect, test } from "vitest";
import { defineGlobals, listAdapters, readList, whichOf, withNavigator } from "./dawn.js";

const told = `no suitable backends found
Available adapters:
 * backend: 'vulkan', name: 'NVIDIA GeForce RTX 4090'
 * backend: 'vulkan', name: 'Intel(R) 'Arc' Graphics'
`;

test("adapters are read from what Dawn says against a name that none has", async () => {
  expect(readList(told)).toEqual([
    { backend: "vulkan", name: "NVIDIA GeForce RTX 4090" },
    { backend: "vulkan", name: "Intel(R) 'Arc' Graphics" },
  ]);
  expect(readList("no suitable backends found")).toEqual([]);
  // Whatever is on this machine: Dawn is asked in earnest.
  for (const { backend, name } of await listAdapters()) expect([backend, name]).not.toContain("");
});

test("an adapter is found by the identifier that WebGPU makes of its name", () => {
  const list = readList(told);
  expect(whichOf(list, "intel-r-arc-graphics")).toBe(list[1]);
  expect(whichOf(list, "apple-m1")).toBeUndefined();
  expect(whichOf(list.slice(0, 1), "")).toBe(list[0]);
});

test("navigator.gpu is there while it is needed, and gone afterwards, also after a failure", () => {
  const gpu = create(["backend=null"]);
  const seen = (): unknown => (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu;
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  expect(withNavigator(gpu, seen)).toBe(gpu);
  expect(() => withNavigator(gpu, () => { throw new Error("as asked"); })).toThrow("as asked");
  expect(seen()).toBeUndefined();
  expect(Object.getOwnPropertyDescriptor(globalThis, "navigator")).toEqual(before);
});

test("what a browser has known under its usual names is there, and what was there is left alone", () => {
  const own = {};
  Object.assign(globalThis, { GPUMapMode: own });
  defineGlobals();
  const known = globalThis as unknown as { GPUMapMode: object; GPUBufferUsage: { STORAGE: number }; GPUBuffer: unknown };
  expect(known.GPUMapMode).toBe(own);
  expect([known.GPUBufferUsage.STORAGE, typeof known.GPUBuffer]).toEqual([128, "function"]);
});
