/**
 * A process that does what may hang, crash or print at will, for the process that asks (`ask-child.ts`): it imports
 * plugins, starts an engine, composes a configuration. Takes one question, sends answers, ends.
 */
import { isKdfError, type Logger } from "@kdf/core";
import { composeHost, findProject, loadPlugin, PluginIndex, type HostRequest } from "@kdf/host";
import { errorJson } from "../output/error-report.js";
import type { Answer, Question } from "./ask-child.js";

const silent = { info: () => undefined, warn: () => undefined };

async function answer(question: Question): Promise<void> {
  switch (question.task) {
    case "load":
      return loadAll(question.directory, question.names);
    case "engine":
      return attempt(question.id, () => startEngine(question.request, question.id));
    case "installations":
      return examineInstallations(question.request, question.ids);
    case "configuration":
      return attempt("configuration", () => checkConfiguration(question.request));
  }
}

async function loadAll(directory: string, names: readonly string[]): Promise<void> {
  const index = new PluginIndex(findProject(directory));
  for (const name of names) {
    await attempt(name, async () => {
      await loadPlugin(index.resolve(name, directory), index);
      return {};
    });
  }
}

async function startEngine(request: Omit<HostRequest, "logger">, id: string): Promise<object> {
  const warnings: string[] = [];
  let isComposed = false;
  // What is said of plugins before is the other checks' matter.
  const logger: Logger = { ...silent, warn: (message) => void (isComposed && warnings.push(message)) };
  const { registry } = await composeHost({ ...request, logger });
  isComposed = true;
  const engine = await registry.create("engine", id);
  const started = performance.now();
  const report = await engine.start();
  return { report, warnings, milliseconds: Math.round(performance.now() - started), residentMegabytes: Math.round(process.memoryUsage.rss() / 1e6) };
}

async function examineInstallations(request: Omit<HostRequest, "logger">, ids: readonly string[]): Promise<void> {
  const { registry } = await composeHost({ ...request, logger: silent });
  for (const id of ids) {
    await attempt(id, async () => {
      const installer = await registry.create("installer", id);
      return { state: await installer.state(), findings: (await installer.examine?.()) ?? [] };
    });
  }
}

/** All that can be refused before a training makes anything: names, options, and the data set's files. */
async function checkConfiguration(request: Omit<HostRequest, "logger">): Promise<object> {
  const host = await composeHost({ ...request, logger: silent });
  const { dataset: id, engine, student, teacher } = host.configuration.complete();
  const dataset = await host.registry.create("dataset", id);
  await dataset.check();
  return { dataset: id, provenance: await dataset.provenance(), engine, student, teacher, preset: host.configuration.preset?.package ?? null };
}

async function attempt(subject: string, work: () => Promise<object>): Promise<void> {
  await send({ subject });
  try {
    await send({ subject, result: await work() });
  } catch (error) {
    // An unexpected error's stack is of no use to who reads the table.
    const { error: told } = errorJson(error);
    await send({ subject, error: isKdfError(error) ? told : { code: "UNEXPECTED", message: String(told["message"]) } });
  }
}

const send = (message: Answer): Promise<void> => new Promise((done) => process.send!(message, () => done()));

process.once("message", (question: Question) => {
  void answer(question).finally(() => process.exit(0));
});
