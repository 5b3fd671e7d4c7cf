import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { PickleValue } from "../pickle/read-pickle.js";
import { readTorch } from "./read-torch.js";
import { TorchTensor, type TorchType } from "./tensor.js";

/** Written by torch.save, or made of what it wrote: test/external/checkpoints/make.py. */
const fixtures = new URL("../../../../test/external/checkpoints/fixtures/", import.meta.url);
const path = (name: string): string => fileURLToPath(new URL(name, fixtures));
type Described = Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
const expected = JSON.parse(readFileSync(path("expected.json"), "utf8")) as Readonly<Record<"every-type" | "views", Described>>;

const directory = mkdtempSync(join(tmpdir(), "kdf-torch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const open = async (name: string): Promise<Map<string, PickleValue>> => (await readTorch(path(name))).value as Map<string, PickleValue>;

/** As numbers, by readers that share nothing with kdf's own. */
const numbers: Readonly<Record<TorchType, (raw: ArrayBuffer) => number[]>> = {
  F64: (raw) => [...new Float64Array(raw)],
  F32: (raw) => [...new Float32Array(raw)],
  // Two zero bytes below make a float32 of a bfloat16.
  BF16: (raw) => [...new Uint16Array(raw)].map((bits) => new DataView(Uint16Array.of(0, bits).buffer).getFloat32(0, true)),
  F16: (raw) => [...new Uint16Array(raw)].map(half),
  I64: (raw) => [...new BigInt64Array(raw)].map(Number),
  I32: (raw) => [...new Int32Array(raw)],
  I16: (raw) => [...new Int16Array(raw)],
  I8: (raw) => [...new Int8Array(raw)],
  U8: (raw) => [...new Uint8Array(raw)],
  BOOL: (raw) => [...new Uint8Array(raw)],
};

/** The normal numbers of the fixture, and zero. */
function half(bits: number): number {
  if ((bits & 0x7fff) === 0) return 0;
  return (bits >> 15 === 1 ? -1 : 1) * 2 ** (((bits >> 10) & 31) - 15) * (1 + (bits & 1023) / 1024);
}

const described = (tensor: PickleValue | undefined): unknown => {
  expect(tensor).toBeInstanceOf(TorchTensor);
  const { dtype, shape } = tensor as TorchTensor;
  return { shape: [...shape], values: numbers[dtype]((tensor as TorchTensor).bytes()).map((value) => value + 0) };
};

test.each(["zip", "legacy"])("every type and every view of the %s container", async (container) => {
  for (const name of ["every-type", "views"] as const) {
    const { container: found, value } = await readTorch(path(`${name}.${container}.pth`));
    expect(found).toBe(container);
    const got = Object.fromEntries([...(value as Map<string, PickleValue>)].map(([key, tensor]) => [key, described(tensor)]));
    expect(got).toEqual(expected[name]);
  }
  const types = await open(`every-type.${container}.pth`);
  for (const [name, tensor] of types) expect((tensor as TorchTensor).dtype).toBe(name);
});

test.each(["zip", "legacy"])("what training scripts keep beside the weights: %s", async (container) => {
  const value = await open(`checkpoint.${container}.pth`);
  expect([value.get("epoch"), value.get("best_acc"), value.get("count"), value.get("single"), value.get("shape")]).toEqual([240, 72.5, 7, 0.25, [3, 32]]);
  expect(new Map(value.get("milestones") as Map<number, number>)).toEqual(new Map([[150, 1], [180, 1]]));
  const model = value.get("model") as Map<string, PickleValue>;
  expect([...model.keys()]).toEqual(["weight", "bias"]);
  expect(described(model.get("weight"))).toEqual({ shape: [1, 2], values: [1, 2] });
  expect((value.get("optimizer") as Map<string, PickleValue>).get("param_groups")).toHaveLength(1);
});

test.each([
  ["system-2.zip.pth", "KDF_TORCH_REFUSED", /names the Python object (posix|nt) system/],
  ["system-4.zip.pth", "KDF_TORCH_REFUSED", /names the Python object (posix|nt) system/],
  ["system-2.legacy.pth", "KDF_TORCH_REFUSED", /names the Python object (posix|nt) system/],
  ["system-4.legacy.pth", "KDF_TORCH_REFUSED", /names the Python object (posix|nt) system/],
  ["eval.zip.pth", "KDF_TORCH_REFUSED", /names the Python object (builtins|__builtin__) eval/],
  ["inner-system.legacy.pth", "KDF_TORCH_REFUSED", /names the Python object (posix|nt) system/],
  ["module.zip.pth", "KDF_TORCH_REFUSED", /names the Python object torch[.]nn[.]modules[.]linear Linear/],
  ["module.legacy.pth", "KDF_TORCH_REFUSED", /whole module|torch[.]nn[.]modules[.]linear Linear/],
  ["script.pt", "KDF_TORCH_UNREADABLE", /program of TorchScript/],
  ["climbs.zip.pth", "KDF_ARCHIVE_UNSAFE", /leads out of the folder/],
  ["climbing-key.zip.pth", "KDF_TORCH_UNREADABLE", /no member archive\/data\/[.][.]\/0/],
  ["bomb.zip.pth", "KDF_ARCHIVE_UNSAFE", /holds 2\d{7} bytes, more than/],
  ["repeats.zip.pth", "KDF_TORCH_UNREADABLE", /repeats a storage of 4 elements/],
  ["beyond.zip.pth", "KDF_TORCH_UNREADABLE", /reaches beyond its storage of 4 elements/],
  ["short-storage.zip.pth", "KDF_TORCH_UNREADABLE", /has 12 bytes, and 4 elements of F32 have 16/],
  ["big-endian.zip.pth", "KDF_TORCH_UNREADABLE", /in the order big/],
  ["no-pickle.zip.pth", "KDF_TORCH_UNREADABLE", /without the one data.pkl/],
  ["text.pth", "KDF_TORCH_UNREADABLE", /begins neither as a zip archive nor/],
  ["doubling-name.zip.pth", "KDF_TORCH_UNREADABLE", /by what is no text/],
  ["nowhere.pth", "KDF_TORCH_UNREADABLE", /no such file/],
])("refuses %s and executes nothing", async (name, code, message) => {
  const refused = expect(readTorch(path(name))).rejects;
  await refused.toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(existsSync("executed-by-a-checkpoint")).toBe(false);
});

test.each(["checkpoint.zip.pth", "checkpoint.legacy.pth"])("wherever %s is cut off, it says so", async (name) => {
  const whole = readFileSync(path(name));
  const file = join(directory, name);
  for (let length = 0; length < whole.length; length += 37) {
    writeFileSync(file, whole.subarray(0, length));
    await expect(readTorch(file)).rejects.toMatchObject({ code: "KDF_TORCH_UNREADABLE" });
  }
});
