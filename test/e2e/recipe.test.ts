import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findProject, PluginIndex, resolveConfiguration } from "@kdf/host";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { boringExperiment, kdf, repository, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe("the published recipes", () => {
  const index = new PluginIndex(findProject(repository));
  const resolved = (recipe: string, student: string) => resolveConfiguration({ directory: repository, values: { recipe, student } }, index).complete();

  // RepDistiller's train_student.py: a smaller rate for three of its networks.
  it.each([
    ["resnet20", 0.05], ["vgg8", 0.05], ["wrn_16_2", 0.05], ["resnet50", 0.05],
    ["mobilenetv2", 0.01], ["shufflev1", 0.01], ["shufflev2", 0.01],
  ])("cifar100-crd trains %s with a rate of %d", (student, learningRate) => {
    expect(index.ids("network")).toContain(student);
    expect(resolved("cifar100-crd", student)).toMatchObject({
      epochs: 240,
      batchSize: 64,
      validation: { fraction: 0 },
      optimizer: { id: "sgd", learningRate, momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
      schedule: { id: "step", milestones: [150, 180, 210], gamma: 0.1, warmupEpochs: 0 },
    });
  });

  it("imagenet is the usual one of a hundred epochs", () => {
    expect(resolved("imagenet", "imagenet_resnet18")).toMatchObject({
      epochs: 100,
      batchSize: 256,
      optimizer: { id: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
      schedule: { id: "step", milestones: [30, 60, 90], gamma: 0.1, warmupEpochs: 0 },
    });
  });
});

it("a stretched run records plain numbers, and is not stretched again when it goes on", async () => {
  const experiment = boringExperiment(folder.path, { distiller: "kd", epochs: undefined, checkpointEverySteps: 0 });
  const run = join(folder.path, "run");
  const trained = await kdf("train", ...experiment, "--recipe", "quick", "--epochs-scale", "0.4", "--run-dir", run, "--json");
  expect(trained.code, trained.output).toBe(0);
  const read = (name: string): string => readFileSync(join(run, name), "utf8");
  const [configuration, metrics] = [read("config.yaml"), read("metrics.jsonl")];
  // Batches of 16 are the file's, over the recipe's 64.
  expect(parse(configuration)).toMatchObject({ recipe: "quick", epochs: 2, batchSize: 16, schedule: { id: "cosine", warmupEpochs: 0.5 } });
  const resumed = await kdf("train", "--resume", run, "--json");
  expect(resumed.code, resumed.output).toBe(0);
  expect(read("config.yaml")).toBe(configuration);
  expect(read("metrics.jsonl")).toBe(metrics);
});
