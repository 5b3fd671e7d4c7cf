import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { manifestSchema, parseOptions, type Model, type Network, type RandomStream } from "@kdf/core";
import { createStreams, disposeAll, ones, readNow, startReferenceEngine, tensorCount, zeros } from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import plugin from "./index.js";

const networks = plugin.provides.network!;
const create = (id: string): Network => networks[id]!.create({}, undefined as never) as Network;

function build(id: string, size: number, channels: number, classes = 100, stream = createStreams(1).at(id)): Model {
  const perChannel = Array<number>(channels).fill(0.5);
  const input = { size, channels, mean: perChannel, std: perChannel };
  return create(id).build({ input, classes }, stream);
}

/** Where the values of weights do not matter, drawing millions of them would be most of a test's time. */
const noDraws = { uniform: () => 0, normal: () => 0 } as RandomStream;

const weights = (model: Model): number =>
  [...model.parameters().values()]
    .filter((parameter) => parameter.trainable)
    .reduce((sum, { value }) => sum + value.shape.reduce((product, length) => product * length, 1), 0);

beforeAll(async () => {
  await startReferenceEngine();
});

test("the manifest names what the plugin provides", () => {
  const { kdf } = JSON.parse(readFileSync(resolve(import.meta.dirname, "../package.json"), "utf8")) as { kdf: unknown };
  const { id, provides } = manifestSchema.parse(kdf);
  expect(id).toBe(plugin.id);
  expect(provides.sort()).toEqual(Object.keys(networks).map((name) => `network:${name}`).sort());
});

/** Weights with 3 channels and 100 classes: the exact number where it is published, else millions to four decimals. */
const published: Record<string, number> = {
  resnet8: 0.0839,
  resnet14: 0.1811,
  resnet20: 278324,
  resnet32: 0.4728,
  resnet44: 0.6672,
  resnet56: 861620,
  resnet110: 1.7366,
  resnet8x4: 1233540,
  resnet32x4: 7433860,
  wrn_16_1: 0.1809,
  wrn_16_2: 703284,
  wrn_40_1: 0.5698,
  wrn_40_2: 2255156,
  vgg8: 3965028,
  vgg11: 9.2773,
  vgg13: 9462180,
  vgg16: 14.7744,
  vgg19: 20.0867,
  resnet50: 23705252,
  mobilenetv2: 812836,
  shufflev1: 949258,
  shufflev2: 1355528,
};

/** Five maps, not four. */
const ofFive = /^vgg|^resnet50$|^mobilenet/;
/** No ReLU follows the maps. */
const raw = /^mobilenet/;

/** Rows of the README's table: | `id` | weights | taps | */
const readme = new Map(
  [...readFileSync(resolve(import.meta.dirname, "../README.md"), "utf8").matchAll(/^\| `(\w+)` \| ([\d,]+) \| .* \|$/gm)].map(
    ([, id, number]) => [id!, number!],
  ),
);

test("every network is published and in the README", () => {
  expect(Object.keys(networks).sort()).toEqual(Object.keys(published).sort());
  expect([...readme.keys()].sort()).toEqual(Object.keys(published).sort());
});

/** The batch norm behind each tap that has one. */
const norms = (model: Model): [string, string][] => Object.entries(model.description.norms ?? {});

test.each(Object.entries(published))("%s: %d weights, the README says so, names of the taps", (id, number) => {
  const model = build(id, 32, 3, 100, noDraws);
  const found = weights(model);
  expect(Number.isInteger(number) ? found : Number((found / 1e6).toFixed(4))).toBe(number);
  expect(readme.get(id)).toBe(found.toLocaleString("en-US"));
  const maps = ["f0", "f1", "f2", "f3", ...(ofFive.test(id) ? ["f4"] : [])];
  const before = raw.test(id) ? [] : maps.map((map) => `${map}Preactivation`);
  expect(Object.keys(model.description.taps)).toEqual([...maps, "pooled", ...before]);
  expect(norms(model).map(([tap]) => tap)).toEqual(id.startsWith("shuffle") ? [] : raw.test(id) ? ["f1", "f2", "f3", "f4"] : before);
  for (const [tap, norm] of norms(model)) {
    expect(model.parameters().get(`${norm}.running_mean`)?.value.shape).toEqual([model.description.taps[tap]![2]]);
  }
  model.dispose();
}, 20_000);

describe("taps", () => {
  test.each([
    ...["resnet8", "wrn_16_1", "vgg8"].flatMap((id) => [28, 32, 64].map((size) => [id, size] as const)),
    ...[28, 32, 64].map((size) => ["mobilenetv2", size] as const),
    ["resnet8x4", 28] as const,
    ["shufflev2", 28] as const,
  ])(
    "%s on %d pixels: shapes as described, nothing left behind",
    (id, size) => {
      const before = tensorCount();
      const model = build(id, size, 1, 7);
      const images = zeros([1, size, size, 1]);
      const taps = Object.keys(model.description.taps);
      const outputs = model.forward(images, { training: false, taps });
      const shapes = Object.entries(outputs.taps).map(([name, tap]) => [name, tap.shape.slice(1)]);
      expect(Object.fromEntries(shapes)).toEqual(model.description.taps);
      expect(outputs.logits.shape).toEqual([1, 7]);
      disposeAll([images, outputs.logits, ...Object.values(outputs.taps)]);
      model.dispose();
      expect(tensorCount()).toBe(before);
    },
    20_000,
  );
});

describe("batch norms behind the maps", () => {
  test.each(["resnet8", "wrn_16_1", "mobilenetv2"])("%s: a shift of the norm shifts the map", (id) => {
    const model = build(id, 28, 1, 7);
    const images = zeros([1, 28, 28, 1]);
    const mapOf = (tap: string) => {
      const outputs = model.forward(images, { training: false, taps: [tap] });
      const values = Array.from(readNow(outputs.taps[tap]!));
      disposeAll([outputs.logits, outputs.taps[tap]!]);
      return values;
    };
    for (const [tap, norm] of norms(model)) {
      const former = mapOf(tap);
      const bias = model.parameters().get(`${norm}.bias`)!;
      const shifted = ones(bias.value.shape);
      bias.assign(shifted);
      mapOf(tap).forEach((value, place) => expect(value).toBeCloseTo(former[place]! + 1, 4));
      disposeAll(shifted);
    }
    disposeAll(images);
    model.dispose();
  });
});

describe("initialisation", () => {
  const deviation = (values: ArrayLike<number>): number =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
  const values = (model: Model, name: string): ArrayLike<number> => readNow(model.parameters().get(name)!.value);

  // Bounds of four standard errors: deviation / √(2·count).
  test.each([
    ["resnet8x4", "layer3.0.conv2.weight", Math.sqrt(2 / (9 * 256))],
    ["resnet8x4", "layer2.0.downsample.0.weight", Math.sqrt(2 / 128)],
    ["wrn_40_2", "block3.layer.0.convShortcut.weight", Math.sqrt(2 / 128)],
    ["wrn_40_2", "block2.layer.0.conv1.weight", Math.sqrt(2 / (9 * 64))],
    ["vgg8", "block2.0.weight", Math.sqrt(2 / (9 * 256))],
    ["vgg8", "classifier.weight", 0.01],
    ["resnet8x4", "fc.weight", 1 / Math.sqrt(3 * 256)],
    ["resnet8x4", "fc.bias", 1 / Math.sqrt(3 * 256)],
    ["wrn_40_2", "fc.weight", 1 / Math.sqrt(3 * 128)],
    ["mobilenetv2", "blocks.5.1.conv.3.weight", Math.sqrt(2 / (9 * 480))],
    ["mobilenetv2", "classifier.0.weight", 0.01],
    ["shufflev1", "layer2.1.conv2.weight", 1 / Math.sqrt(3 * 9)],
    ["shufflev1", "layer2.1.conv3.weight", 1 / Math.sqrt(3 * 40)],
    ["shufflev2", "layer2.0.conv5.weight", 1 / Math.sqrt(3 * 116)],
    ["shufflev2", "linear.bias", 1 / Math.sqrt(3 * 1024)],
  ])("%s %s", (id, name, expected) => {
    const model = build(id, 32, 3);
    const found = values(model, name);
    expect(Math.abs(deviation(found) / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * found.length));
    model.dispose();
  });

  test("biases of wrn's end and of all of vgg are zero, norms begin as the identity", () => {
    const [wide, vgg] = [build("wrn_16_1", 32, 3), build("vgg8", 32, 3)];
    for (const [model, name] of [[wide, "fc.bias"], [vgg, "classifier.bias"], [vgg, "block0.0.bias"], [vgg, "block0.1.bias"]] as const) {
      expect([name, ...new Set(Array.from(values(model, name)))]).toEqual([name, 0]);
    }
    expect([...new Set(Array.from(values(vgg, "block4.1.weight")))]).toEqual([1]);
    wide.dispose();
    vgg.dispose();
  });

  test("the same stream makes the same weights, another one others", () => {
    const [one, same] = [build("resnet8", 32, 3), build("resnet8", 32, 3)];
    const input = one.description.input;
    const other = create("resnet8").build({ input, classes: 100 }, createStreams(2).at("resnet8"));
    const first = Array.from(values(one, "layer1.0.conv1.weight"));
    expect(Array.from(values(same, "layer1.0.conv1.weight"))).toEqual(first);
    expect(Array.from(values(other, "layer1.0.conv1.weight"))).not.toEqual(first);
    expect(Array.from(values(one, "layer1.0.conv2.weight"))).not.toEqual(first);
  });
});

test("images of 48 pixels are refused before any weight is made", () => {
  const before = tensorCount();
  for (const id of ["resnet8", "wrn_16_1", "vgg8", "resnet50", "mobilenetv2", "shufflev1", "shufflev2"]) {
    expect(() => build(id, 48, 3)).toThrow(
      expect.objectContaining({ code: "KDF_MODEL_MISMATCH", message: expect.stringContaining("28, 32 or 64 pixels") as string }),
    );
  }
  expect(tensorCount()).toBe(before);
});

test("there are no options", async () => {
  await expect(parseOptions(networks["resnet8"]!.options, { depth: 9 }, "network resnet8")).rejects.toMatchObject({
    code: "KDF_OPTIONS_INVALID",
  });
});
