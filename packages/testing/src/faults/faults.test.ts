import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch, BatchInfo, ExtraView, LossContext, RandomStream, Views } from "@kdf/core";
import { disposeAll, floats, integers, readNow, scope, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { Fault } from "./fault.js";
import { AugmenterTester } from "../conformance/augmenter-tester.js";
import { DistillerTester } from "../conformance/distiller-tester.js";
import { FaultyAugmenter, faultyAugmenterOptions } from "./faulty-augmenter.js";
import { FaultyDistiller, faultyDistillerOptions } from "./faulty-distiller.js";
import { FaultyMetric, faultyMetricOptions } from "./faulty-metric.js";
import { faultyAugmenterPlugin, faultyDistillerPlugin } from "./plugins.js";

beforeAll(async () => {
  await startReferenceEngine();
});

describe("a fault", () => {
  test("strikes in its hook after the calls that go well", () => {
    const fault = new Fault({ hook: "observe", fault: "throw", after: 2 });
    fault.strike("observe");
    fault.strike("result");
    fault.strike("observe");
    expect(() => fault.strike("observe")).toThrow("a fault on purpose in observe");
  });

  test("leaves a tensor that no scope takes", () => {
    const before = tensorCount();
    scope(() => {
      new Fault({ hook: "x", fault: "leak", after: 0 }).strike("x");
    });
    expect(tensorCount()).toBe(before + 1);
  });

  test("strikes once where it leaves a marker", () => {
    const directory = mkdtempSync(join(tmpdir(), "kdf-fault-"));
    const marker = join(directory, "struck");
    const options = { hook: "x", fault: "throw", after: 0, marker } as const;
    expect(() => new Fault(options).strike("x")).toThrow();
    expect(existsSync(marker)).toBe(true);
    expect(new Fault(options).strike("x")).toBeUndefined();
    rmSync(directory, { recursive: true });
  });
});

const info: BatchInfo = { size: 2, height: 2, width: 2, channels: 1, mean: [0], std: [1] };
const stream = {} as RandomStream;

describe.each(faultyAugmenterOptions.shape.hook.options)("an augmenter that throws in %s", (hook) => {
  test("throws there and nowhere else", () => {
    const called: string[] = [];
    const call = (name: string, body: () => unknown): void => {
      try {
        scope(() => body() as never);
      } catch (error) {
        expect((error as Error).message).toBe(`a fault on purpose in ${hook}`);
        called.push(name);
      }
    };
    const batch = { images: floats(new Float32Array(8), [2, 2, 2, 1]) } as unknown as Batch;
    let augmenter: FaultyAugmenter | undefined;
    call("create", () => {
      augmenter = new FaultyAugmenter(faultyAugmenterOptions.parse({ hook }));
    });
    if (augmenter !== undefined) {
      const made = augmenter;
      expect(made.needs === undefined).toBe(hook !== "select");
      call("sample", () => made.sample(stream, info));
      call("propose", () => made.propose(null, batch));
      call("select", () => made.select?.({ images: batch.images, rows: [0, 1] }, { pool: {}, original: {} }, 2));
      call("save", () => made.save());
      call("restore", () => made.restore(null));
      call("dispose", () => made.dispose());
    }
    expect(called).toEqual([hook]);
    batch.images.dispose();
  });
});

describe.each(faultyDistillerOptions.shape.hook.options)("a distiller that throws in %s", (hook) => {
  test("throws there and nowhere else", () => {
    const called: string[] = [];
    const attempt = <T>(name: string, body: () => T): T | undefined => {
      try {
        return body();
      } catch (error) {
        expect((error as Error).message).toBe(`a fault on purpose in ${hook}`);
        called.push(name);
        return undefined;
      }
    };
    const logits = floats([1, 2, 3, 4], [2, 2]);
    const labels = integers([0, 1], [2]);
    const outputs = { student: { logits, taps: {} } };
    const views: Views = { original: outputs, copy: outputs };
    const context = { labels } as unknown as LossContext;
    scope(() => {
      const distiller = attempt("create", () => new FaultyDistiller(faultyDistillerOptions.parse({ hook })));
      const prepared = distiller && attempt("prepare", () => distiller.prepare({} as never));
      if (prepared === undefined) return;
      const [copy] = prepared.views as [ExtraView];
      attempt("sample", () => copy.sample(stream, info));
      attempt("apply", () => copy.apply({}, floats(new Float32Array(8), [2, 2, 2, 1])));
      attempt("losses", () => prepared.losses(views, context));
      attempt("weight", () => prepared.weight("crossEntropy.original", { stage: "only", epoch: 0, epochs: 1 }));
      attempt("update", () => prepared.update!(views, context));
    });
    expect(called).toEqual([hook]);
    disposeAll([logits, labels]);
  });
});

describe.each(faultyMetricOptions.shape.hook.options)("a metric that throws in %s", (hook) => {
  test("throws there", () => {
    expect(() => {
      const metric = new FaultyMetric(faultyMetricOptions.parse({ hook }));
      metric.observe();
      metric.result();
      metric.restore(metric.save());
    }).toThrow(`a fault on purpose in ${hook}`);
  });
});

test("a loss that is no number, at the step that was asked for", () => {
  const options = faultyDistillerOptions.parse({ hook: "losses", fault: "not-a-number", after: 1 });
  const prepared = new FaultyDistiller(options).prepare({} as never);
  const logits = floats([1, 2], [1, 2]);
  const labels = integers([0], [1]);
  const outputs = { student: { logits, taps: {} } };
  const values = (): number[] =>
    scope(() => Object.values(prepared.losses({ original: outputs, copy: outputs }, { labels } as unknown as LossContext)).map((term) => readNow(term)[0]!) as never);
  expect(values().every(Number.isFinite)).toBe(true);
  expect(values()).toEqual([expect.any(Number), Number.NaN]);
  expect(values().every(Number.isFinite)).toBe(false);
  disposeAll([logits, labels, prepared.state["nothing"]]);
});

test("a metric whose result is no number", () => {
  const metric = new FaultyMetric(faultyMetricOptions.parse({ hook: "result", fault: "not-a-number" }));
  metric.observe();
  expect(metric.result()).toEqual({ observations: Number.NaN });
});

describe("reading a tensor's values", () => {
  const check = "no tensor's values are read";
  const caught = async (tester: AugmenterTester | DistillerTester): Promise<string | undefined> => (await tester.failures()).get(check)?.message;

  test.each(["propose", "select"])("in an augmenter's %s is caught by name", async (hook) => {
    const options = [{ hook, fault: "read" }];
    expect(await caught(new AugmenterTester(faultyAugmenterPlugin, "faulty-augmenter", { options }))).toContain(`values were read in ${hook} for a batch of 8 images`);
  });

  test.each(["apply", "losses", "update"])("in a distiller's %s is caught by name", async (hook) => {
    const options = [{ hook, fault: "read" }];
    expect(await caught(new DistillerTester(faultyDistillerPlugin, "faulty-distiller", { options }))).toContain(`values were read in ${hook} for`);
  });

  test("is not seen where nothing reads", async () => {
    const options = [{ hook: "propose", after: 1000 }];
    expect(await caught(new AugmenterTester(faultyAugmenterPlugin, "faulty-augmenter", { options }))).toBeUndefined();
  });
});
