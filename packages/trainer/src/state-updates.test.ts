import { floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import type { TensorLike } from "@kdf/core";
import { beforeAll, expect, it } from "vitest";
import { applyStateUpdates } from "./state-updates.js";

beforeAll(startReferenceEngine);

const site = { plugin: "distiller any", hook: "update", where: "stage distill" };
const bank = () => floats([1, 2, 3, 4, 5, 6], [3, 2]);
const rows = () => ({ rows: integers([2, 0], [2]), values: floats([7, 8, 9, 10], [2, 2]) });

it("changes state on the host as it changes tensors: some rows, or all", async () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const hostState = { onHost: { shape: [3, 2], values } };
  const state = new Map<string, TensorLike>([["onEngine", bank()]]);
  const before = tensorCount();
  await applyStateUpdates(site, state, hostState, { onHost: rows(), onEngine: rows() });
  expect([...values]).toEqual([9, 10, 3, 4, 7, 8]);
  expect([...readNow(state.get("onEngine")!)]).toEqual([9, 10, 3, 4, 7, 8]);
  await applyStateUpdates(site, state, hostState, { onHost: { value: bank() }, onEngine: { value: bank() } });
  expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...readNow(state.get("onEngine")!)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(tensorCount()).toBe(before);
  state.get("onEngine")!.dispose();
});

it("refuses what is no state, and other shapes, by name", async () => {
  const hostState = { onHost: { shape: [3, 2], values: new Float32Array(6) } };
  const refused = (got: string) => expect.objectContaining({ code: "KDF_PLUGIN_RETURNED", message: expect.stringContaining(got) });
  const apply = (name: string, shape: number[]) => applyStateUpdates(site, new Map(), hostState, { [name]: { value: floats([0, 0, 0, 0, 0, 0], shape) } });
  await expect(apply("other", [3, 2])).rejects.toThrow(refused("other"));
  await expect(apply("onHost", [2, 3])).rejects.toThrow(refused("onHost of shape [2,3]"));
});
