import { parseOptions, type DistillerSubject, type LossContext, type ModelDescription, type Views } from "@kdf/core";
import { add, createStreams, disposeAll, floats, inputGradients, integers, multiply, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { KnowledgeDistillation, options } from "./kd.js";

beforeAll(startReferenceEngine);

const model = (classes: number): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps: {},
});

function subject(given: Partial<DistillerSubject> = {}): DistillerSubject {
  return {
    teacher: model(3),
    student: model(3),
    dataset: { classes: ["a", "b", "c"], trainingSize: 2, labels: Int32Array.of(2, 0) },
    augmented: true,
    streams: createStreams(0),
    ...given,
  };
}

const prepare = async (given: object = {}, of: Partial<DistillerSubject> = {}) =>
  new KnowledgeDistillation(await parseOptions(options, given, "distiller kd")).prepare(subject(of));

const at = { stage: "distill", epoch: 0, epochs: 1 };
const teacherOriginal = [2, 0, -1, 0.5, 0.5, 3];
const studentOriginal = [0, 1, 0.5, 2, -1, 0];
const teacherAugmented = [1, 1, 0, -2, 0, 2];
const studentAugmented = [0.3, 0.2, 0.1, 1, 0, -1];
const labels = [2, 0];

function softmax(logits: readonly number[], temperature: number): number[] {
  const exponentials = logits.map((logit) => Math.exp(logit / temperature));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((exponential) => exponential / sum);
}

const rowsOf = (logits: readonly number[]): number[][] => [logits.slice(0, 3), logits.slice(3)];

/** T² · mean over the rows of Σ p_t log(p_t / p_s). */
function divergence(teacher: readonly number[], student: readonly number[], temperature: number): number {
  const rows = rowsOf(teacher).map((row, index) => {
    const [p, q] = [softmax(row, temperature), softmax(rowsOf(student)[index]!, temperature)];
    return p.reduce((sum, probability, column) => sum + probability * Math.log(probability / q[column]!), 0);
  });
  return (temperature ** 2 * (rows[0]! + rows[1]!)) / 2;
}

const crossEntropy = (logits: readonly number[]): number =>
  rowsOf(logits).reduce((sum, row, index) => sum - Math.log(softmax(row, 1)[labels[index]!]!) / 2, 0);

function inputs(): { views: Views; context: LossContext; dispose: () => void } {
  const outputs = (values: readonly number[]) => ({ logits: floats(values, [2, 3]), taps: {} });
  const views = {
    original: { teacher: outputs(teacherOriginal), student: outputs(studentOriginal) },
    augmented: { teacher: outputs(teacherAugmented), student: outputs(studentAugmented) },
  };
  const context = {
    labels: integers(labels, [2]),
    indices: integers([0, 1], [2]),
    rows: { labels: Int32Array.from(labels), indices: Int32Array.of(0, 1) },
    state: {},
    stage: "distill",
    epoch: 0,
    step: 0,
    position: { stage: 0, epoch: 0, step: 0 },
  };
  return { views, context, dispose: () => disposeAll([views as never, context.labels, context.indices]) };
}

describe("kd", () => {
  it("computes three terms, T² within the divergence", async () => {
    const { views, context, dispose } = inputs();
    for (const temperature of [1, 4]) {
      const prepared = await prepare({ temperature });
      const count = tensorCount();
      const terms = prepared.losses(views, context);
      expect(Object.keys(terms)).toEqual(prepared.stages[0]!.losses);
      const value = (name: string): number => readNow(terms[name]!)[0]!;
      expect(value("crossEntropy.original")).toBeCloseTo(crossEntropy(studentOriginal), 6);
      expect(value("divergence.original")).toBeCloseTo(divergence(teacherOriginal, studentOriginal, temperature), 5);
      expect(value("divergence.augmented")).toBeCloseTo(divergence(teacherAugmented, studentAugmented, temperature), 5);
      disposeAll(terms as never);
      expect(tensorCount()).toBe(count);
    }
    dispose();
  });

  it("has the gradient T (p_student - p_teacher) / B in the student, and (softmax - label) / B of the cross-entropy", async () => {
    const { views, context, dispose } = inputs();
    const prepared = await prepare();
    const { value, gradients } = inputGradients(
      ([student, augmented]) => {
        const terms = prepared.losses(
          {
            original: { ...views["original"], student: { logits: student!, taps: {} } },
            augmented: { ...views["augmented"], student: { logits: augmented!, taps: {} } },
          },
          context,
        );
        const weighted = Object.entries(terms).map(([name, term]) => multiply(term, prepared.weight(name, at)));
        return weighted.reduce((sum, term) => add(sum, term));
      },
      [views["original"]!.student!.logits, views["augmented"]!.student!.logits],
    );
    expect(readNow(value)[0]).toBeCloseTo(
      0.1 * crossEntropy(studentOriginal) +
        0.9 * divergence(teacherOriginal, studentOriginal, 4) +
        0.9 * divergence(teacherAugmented, studentAugmented, 4),
      5,
    );
    const difference = (student: readonly number[], teacher: readonly number[]): number[] =>
      rowsOf(student).flatMap((row, index) => {
        const target = softmax(rowsOf(teacher)[index]!, 4);
        return softmax(row, 4).map((probability, column) => (0.9 * 4 * (probability - target[column]!)) / 2);
      });
    const byLabel = rowsOf(studentOriginal).flatMap((row, index) =>
      softmax(row, 1).map((probability, column) => (0.1 * (probability - Number(labels[index] === column))) / 2),
    );
    const expected = [
      difference(studentOriginal, teacherOriginal).map((part, index) => part + byLabel[index]!),
      difference(studentAugmented, teacherAugmented),
    ];
    gradients.forEach((gradient, view) => {
      [...readNow(gradient)].forEach((part, index) => expect(part).toBeCloseTo(expected[view]![index]!, 6));
    });
    disposeAll([value, ...gradients]);
    dispose();
  });

  it("weighs 0.1, 0.9 and 0.9 as the paper does, or by option", async () => {
    const weights = async (given: object): Promise<number[]> => {
      const prepared = await prepare(given);
      return prepared.stages[0]!.losses.map((term) => prepared.weight(term, at));
    };
    expect(await weights({})).toEqual([0.1, 0.9, 0.9]);
    expect(await weights({ weights: { divergenceAugmented: 0 } })).toEqual([0.1, 0.9, 0]);
    expect(await weights({ weights: { crossEntropy: 1, divergenceOriginal: 2 } })).toEqual([1, 2, 0.9]);
    await expect(prepare({ weights: { crossentropy: 1 } })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
    await expect(prepare({ temperature: 0 })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
  });

  it("leaves the augmented view out when there is no augmenter", async () => {
    const { views, context, dispose } = inputs();
    const prepared = await prepare({}, { augmented: false });
    expect(prepared.stages).toEqual([
      { id: "distill", trains: ["student"], views: ["original"], losses: ["crossEntropy.original", "divergence.original"] },
    ]);
    const terms = prepared.losses({ original: views["original"]! }, context);
    expect(Object.keys(terms)).toEqual(["crossEntropy.original", "divergence.original"]);
    disposeAll(terms as never);
    dispose();
  });

  it("refuses to work without a teacher and names what does", async () => {
    const { teacher: _, ...alone } = subject();
    const kd = new KnowledgeDistillation(await parseOptions(options, {}, "distiller kd"));
    expect(() => kd.prepare(alone)).toThrow(
      expect.objectContaining({
        code: "KDF_DISTILLER_MISFIT",
        explanation: expect.objectContaining({ fix: expect.stringContaining("--distiller cross-entropy") }),
      }),
    );
  });

  it("refuses other numbers of classes, naming them", async () => {
    for (const of of [{ teacher: model(100) }, { student: model(100) }, { teacher: model(100), student: model(100) }]) {
      await expect(prepare({}, of)).rejects.toMatchObject({
        code: "KDF_DISTILLER_MISFIT",
        explanation: { happened: expect.stringMatching(/3 classes.*100/) },
      });
    }
  });
});
