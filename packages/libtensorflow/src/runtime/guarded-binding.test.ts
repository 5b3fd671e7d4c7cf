import { expect, it } from "vitest";
import { guardedBinding } from "./guarded-binding.js";
import type { Binding } from "./native-backend.js";

/** As the addon has them: neither enumerable nor writable. */
const binding = (): Binding & Record<string, (...parameters: unknown[]) => unknown> => {
  const values = {
    TF_Version: "2.21.0",
    executeOp: (name: unknown, ...rest: unknown[]) => {
      if (name === "Conv2D") throw new Error("OOM when allocating tensor with shape[64,32,32,16]");
      return [name, ...rest];
    },
    createTensor: () => {
      throw new Error("no memory");
    },
    tensorDataSync: () => new Float32Array(1),
    deleteTensor: () => 7,
  };
  return Object.defineProperties({}, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))) as never;
};

it("names the engine and the operation that failed, with the addon's words", () => {
  const guarded = guardedBinding("tensorflow", binding());
  expect(() => guarded["executeOp"]!("Conv2D", [], [], 1)).toThrow(
    expect.objectContaining({ code: "KDF_ENGINE_FAILED", message: expect.stringContaining("The engine tensorflow failed in Conv2D: OOM when allocating tensor with shape[64,32,32,16].") as string }),
  );
  expect(() => guarded["createTensor"]!()).toThrow("failed in making a tensor: no memory");
});

it("is the addon in all else", () => {
  const guarded = guardedBinding("tensorflow", binding());
  expect(guarded["executeOp"]!("Relu", 1, 2)).toEqual(["Relu", 1, 2]);
  expect([guarded.TF_Version, guarded["deleteTensor"]!(), guarded["tensorDataSync"]!(1)]).toEqual(["2.21.0", 7, new Float32Array(1)]);
});
