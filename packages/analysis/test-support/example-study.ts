import { publishedAugmenters, publishedPlots } from "../src/published/plots.js";
import type { StudyCell, StudyMeasurement, StudyRecord } from "../src/study/study-record.js";

const seeds = [1, 2, 3];

/** A study for tests that looks as one does: published means, seeds around them, curves that fall. */
export function exampleStudy(changes: Partial<StudyRecord> = {}): StudyRecord {
  const plots = publishedPlots.filter(({ dataset }) => dataset === "CIFAR-100").slice(0, 2);
  const pairs = plots.map(({ teacher, student }) => ({ id: `${teacher}/${student}`, teacher, student }));
  const cells = plots.flatMap(({ testLoss }, pair) =>
    publishedAugmenters.flatMap((augmenter, place) =>
      seeds.map((seed): StudyCell => {
        const loss = testLoss[place]! + 0.004 * (seed - 2);
        const epochs = Array.from({ length: 20 }, (_, epoch) => ({
          epoch: epoch + 1,
          values: { "training total": 2 * loss + 6 / (epoch + 2), "validation loss": loss + 2 / (epoch + 1) ** 1.2, "validation top-1": 0.74 - 0.5 / (epoch + 1) },
        }));
        const run = `cells/${pairs[pair]!.id.replace("/", "-")}/${place}/seed-${seed}/run`;
        return { pair: pairs[pair]!.id, augmenter, seed, state: "done", run, epochs, final: { loss, "top-1": 0.75 } };
      }),
    ),
  );
  const measurements = plots.flatMap(({ tStddev }, pair) =>
    publishedAugmenters.map((augmenter, place): StudyMeasurement => {
      const value = tStddev[place]!;
      return {
        pair: pairs[pair]!.id,
        augmenter,
        state: "done",
        file: `measurements/${pair}/${place}/outcome.json`,
        draws: 20,
        values: { "t-stddev": { value, interval: { low: 0.97 * value, high: 1.04 * value, level: 0.95 } } },
        settings: { blockSteps: 5, batchSize: 64, steps: 100, seed: 0 },
      };
    }),
  );
  return {
    format: 1,
    name: "nine augmentations",
    created: "2026-01-02T03:04:05.000Z",
    dataset: "cifar100",
    pairs,
    augmenters: publishedAugmenters,
    seeds,
    epochs: 20,
    cells,
    measurements,
    deviations: [],
    ...changes,
  };
}
