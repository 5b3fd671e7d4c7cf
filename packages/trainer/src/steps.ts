/** The steps of an epoch in order, prepared ahead where that is possible: what is prepared does not depend on when. */
import type { HostBatch } from "@kdf/data";
import type { PreparedRun } from "./prepared-run.js";
import { disposeStep, prepareStep, stepsAhead, type PreparedStep, type StepSite } from "./prepared-step.js";

/**
 * From the step of `from` to the epoch's end. Whoever takes a step disposes it; what was prepared and is not taken, since
 * the training stops, is disposed here.
 */
export async function* preparedSteps(run: PreparedRun, from: StepSite): AsyncGenerator<PreparedStep, void, undefined> {
  const batches = run.loader.epoch(from.epoch, from.step, from.stageNumber);
  const ahead = stepsAhead(run, from.stage);
  const underWay: Promise<PreparedStep>[] = [];
  let step = from.step;
  const begin = (host: HostBatch): void => {
    const preparing = prepareStep(run, { ...from, step }, host);
    preparing.catch(() => {}); // It is told when its turn comes.
    underWay.push(preparing);
    step += 1;
  };
  try {
    for (;;) {
      while (underWay.length <= ahead) {
        const next = await batches.next();
        if (next.done === true) break;
        begin(next.value);
      }
      const first = underWay.shift();
      if (first === undefined) return;
      const prepared = await first;
      // The student's step holds this thread: what is ahead gets to ask for its passes before.
      if (underWay.length > 0) await new Promise(setImmediate);
      yield prepared;
    }
  } finally {
    await batches.return();
    for (const preparing of underWay) await preparing.then(disposeStep, () => {});
  }
}
