import { augmenterChain, composeHost, packageVersions, pluginRecord, type HostRequest } from "@kdf/host";
import { startTraining, type RunPlace, type TrainingOutcome } from "@kdf/trainer";

/** What a caller may change; the rest is as `kdf train --plugin cutmixpick` has it. */
export type Changes = Partial<Pick<HostRequest, "preset" | "plugins" | "values" | "set" | "dataDirectory">>;

/**
 * Trains a student, whose run goes to `place`, and tells of each epoch through `say`. The package.json
 * beside this file declares the plugins: its preset gives data set, teacher, student, distiller, metrics and engine.
 */
export async function train(place: RunPlace, say: (line: string) => void, changes: Changes = {}): Promise<TrainingOutcome> {
  const host = await composeHost({
    directory: import.meta.dirname,
    logger: { info: say, warn: say },
    plugins: ["cutmixpick"],
    ...changes,
  });
  return startTraining(
    {
      container: host.container,
      configuration: host.configuration.complete(),
      augmenterIds: augmenterChain(host.configuration.plugins, host.index),
      origin: async () => ({
        command: ["examples/quickstart"],
        plugins: (await host.registry.loaded()).map(pluginRecord),
        versions: packageVersions(),
      }),
      observer: {
        runStarted: ({ stepsPerEpoch }) => say(`${stepsPerEpoch} steps an epoch`),
        stepDone: ({ step, total, images, milliseconds }) => {
          if (step % 20 === 0) say(`step ${step}: loss ${total.toFixed(3)}, ${Math.round((1000 * images) / milliseconds)} images/s`);
        },
        epochDone: ({ epoch, epochs, validation }) => say(`epoch ${epoch + 1} of ${epochs}: ${JSON.stringify(validation ?? {})}`),
      },
    },
    place,
  );
}

/** The test results as lines of text: the student's last and best epoch, and the teacher. */
export function describe({ directory, test }: TrainingOutcome): string[] {
  const models = { last: test?.last, best: test?.best, teacher: test?.teacher };
  const measured = Object.entries(models).filter(([, results]) => results !== undefined);
  return [...measured.map(([name, results]) => `${name}: ${JSON.stringify(results)}`), `run: ${directory}`];
}
