import { configurationSchema, type Configuration } from "@kdf/core";
import { augmenterChain, composeHost, packageVersions, pluginRecord } from "@kdf/host";
import { startTraining, type TrainingOutcome } from "@kdf/trainer";

/** The experiment of kdf.config.yaml. What has a default is left out. */
export const experiment: Configuration = configurationSchema.parse({
  plugins: ["cutout", "cutmixpick"],
  dataset: "fashion-mnist",
  teacher: "fashion-mnist-teacher",
  student: "resnet8",
  distiller: "kd",
  metrics: ["top-1", "top-5", "loss", "t-stddev"],
  engine: "wasm",
  epochs: 1,
  batchSize: 32,
  options: { "fashion-mnist": { subset: true }, cutout: { side: 7 }, wasm: { threads: 2 } },
});

/** Runs `configuration` in `directory`, which must not exist, with the plugins that the package.json beside this file declares. */
export async function run(configuration: Configuration, directory: string, say: (line: string) => void): Promise<TrainingOutcome> {
  const { plugins, ...values } = configuration;
  const logger = { info: say, warn: say };
  const host = await composeHost({ directory: import.meta.dirname, logger, plugins, values });
  return startTraining(
    {
      container: host.container,
      configuration: host.configuration.complete(),
      augmenterIds: augmenterChain(host.configuration.plugins, host.index),
      origin: async () => ({
        command: ["examples/experiment"],
        plugins: (await host.registry.loaded()).map(pluginRecord),
        versions: packageVersions(),
      }),
      observer: { epochDone: ({ epoch, validation }) => say(`epoch ${epoch + 1}: ${JSON.stringify(validation ?? {})}`) },
    },
    directory,
  );
}
