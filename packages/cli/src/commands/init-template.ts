import { configurationText } from "@kdf/host";

/** What a new project trains. */
export interface Start {
  readonly spelledOut: boolean;
  /** Names of augmenters' plugins, as --plugin takes them. */
  readonly plugins: readonly string[];
  readonly epochs: number;
}

export const presetPackage = "@kdf/plugin-quickstart";

/** Augmentations that are worth a try first, with what the question says of them. */
export const suggestedAugmenters = [
  { name: "cutmixpick", hint: "of twice as many CutMix images those that the teacher is least sure of" },
  { name: "cutmix", hint: "a box of another image" },
  { name: "mixup", hint: "a convex mixture of two images" },
  { name: "cutout", hint: "a square of zeros" },
] as const;

/** The preset's values, spelled out, and the packages that provide them. A test compares both with the preset's manifest. */
export const spelledOut = {
  packages: [
    "@kdf/plugin-cifar-zoo",
    "@kdf/plugin-fashion-mnist",
    "@kdf/plugin-fashion-mnist-teacher",
    "@kdf/plugin-kd",
    "@kdf/plugin-loss",
    "@kdf/plugin-t-stddev",
    "@kdf/plugin-top-1",
    "@kdf/plugin-top-5",
    "@kdf/plugin-wasm",
  ],
  configuration: {
    dataset: "fashion-mnist",
    teacher: "fashion-mnist-teacher",
    student: "resnet8",
    distiller: "kd",
    metrics: ["top-1", "top-5", "loss", "t-stddev"],
    engine: "wasm",
    epochs: 1,
    batchSize: 32,
    optimizer: { id: "sgd", learningRate: 0.1, nesterov: true },
    schedule: { id: "cosine", warmupEpochs: 0.1 },
  },
} as const;

const head = `# yaml-language-server: $schema=./kdf.schema.json
# The line above lets an editor complete and check this file, once there is a schema:
#   npx kdf config schema > kdf.schema.json
# All settings, with what these add up to: npx kdf config print --config kdf.config.yaml
`;

/** kdf.config.yaml */
export function configurationFile(start: Start): string {
  return `${head}\n${start.spelledOut ? spelledOutText(start) : presetText(start)}`;
}

function presetText({ plugins, epochs }: Start): string {
  return [
    "# Gives data set, teacher, student, distiller, metrics and engine; what stands below goes over it.",
    `preset: "${presetPackage}"`,
    "",
    "# Augmenters, chained in this order; one that picks comes last.",
    listText(plugins),
    `epochs: ${epochs}`,
    "seed: 0",
    "",
  ].join("\n");
}

function spelledOutText({ plugins, epochs }: Start): string {
  const { optimizer, schedule, ...rest } = spelledOut.configuration;
  const values = { ...rest, epochs, seed: 0, optimizer, schedule };
  return ["# Nothing comes from a preset.", "preset: null", "", listText(plugins), configurationText(values)].join("\n");
}

const listText = (plugins: readonly string[]): string =>
  plugins.length === 0 ? "plugins: []" : ["plugins:", ...plugins.map((name) => `  - ${JSON.stringify(name)}`)].join("\n");
