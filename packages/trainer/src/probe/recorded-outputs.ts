import type { ModelDescription, ModelOutputs, PreparedDistiller, Role, Stage, TensorLike, Views } from "@kdf/core";
import type { ProbeInputs } from "./inputs.js";

const roles = ["teacher", "student"] as const;

export interface RecordedOutput {
  readonly name: string;
  readonly view: string;
  readonly role: Role;
  /** `logits` or the name of a tap. */
  readonly output: string;
}

/** The models' outputs in a file for a distiller; every tensor has as many rows as its view, all logits the same classes. */
export class RecordedOutputs {
  readonly all: readonly RecordedOutput[];
  readonly #inputs: ProbeInputs;

  constructor(inputs: ProbeInputs) {
    this.#inputs = inputs;
    this.all = [...inputs.arrays.keys()].flatMap((name) => {
      const match = /^([^.]+)\.(teacher|student)\.(.+)$/.exec(name);
      return match === null ? [] : [{ name, view: match[1]!, role: match[2] as Role, output: match[3]! }];
    });
    const logits = this.all.filter(({ output }) => output === "logits").map(({ name }) => ({ name, classes: inputs.get(name, "[B,K]").shape[1] }));
    const other = logits.find(({ classes }) => classes !== logits[0]!.classes);
    if (other !== undefined) {
      throw inputs.invalid(`${logits[0]!.name} has ${logits[0]!.classes} classes, ${other.name} has ${other.classes}`, "the same classes everywhere");
    }
    for (const view of this.views) {
      // Rows of a view of the distiller's own are the distiller's affair.
      const beside = view === "original" || view === "augmented" ? ["labels"] : [];
      inputs.commonRows([...beside, ...this.all.filter((output) => output.view === view).map(({ name }) => name)]);
    }
  }

  get views(): string[] {
    return [...new Set(this.all.map(({ view }) => view))];
  }

  /** What is known of a model from its outputs; undefined where none is recorded. */
  describe(role: Role): ModelDescription | undefined {
    const own = this.all.filter((output) => output.role === role);
    const logits = own.find(({ output }) => output === "logits");
    if (logits === undefined) return undefined;
    const taps = own
      .filter(({ output }) => output !== "logits")
      .map(({ name, output }) => [output, this.#inputs.arrays.get(name)!.shape.slice(1)] as const);
    return {
      network: "recorded",
      input: { size: 0, channels: 0, mean: [], std: [] },
      classes: this.#inputs.arrays.get(logits.name)!.shape[1]!,
      taps: Object.fromEntries(taps),
    };
  }

  /** Refuses views that no stage has, and a stage of which something is missing that its models give in a training. */
  demandStage(prepared: PreparedDistiller, stage: Stage): void {
    const known = new Set([...prepared.views.map(({ id }) => id), ...prepared.stages.flatMap(({ views }) => views)]);
    const unknown = this.all.find(({ view }) => !known.has(view));
    if (unknown !== undefined) throw this.#inputs.invalid(`the distiller has no view ${unknown.view} (${unknown.name})`, `views among ${[...known].join(", ")}`);
    const recorded = (stage.roles ?? roles).filter((role) => this.describe(role) !== undefined);
    const wanted = stage.views.flatMap((view) =>
      recorded
        .filter((role) => prepared.views.find(({ id }) => id === view)?.roles.includes(role) ?? true)
        .flatMap((role) => ["logits", ...prepared.taps[role]].map((output) => `${view}.${role}.${output}`)),
    );
    const missing = wanted.filter((name) => !this.#inputs.has(name));
    if (missing.length > 0) throw this.#inputs.invalid(`it has no ${missing.join(", ")}`, `for the stage ${stage.id}: ${wanted.join(", ")}`);
  }

  /** The outputs of a stage's views; `tensor` gives each by its name. */
  assemble(tensor: (name: string) => TensorLike, stage: Stage): Views {
    const views: Record<string, Partial<Record<Role, ModelOutputs>>> = {};
    for (const view of stage.views) {
      views[view] = {};
      for (const role of stage.roles ?? roles) {
        const own = this.all.filter((output) => output.view === view && output.role === role);
        const logits = own.find(({ output }) => output === "logits");
        if (logits === undefined) continue;
        const taps = own.filter(({ output }) => output !== "logits").map(({ name, output }) => [output, tensor(name)] as const);
        views[view][role] = { logits: tensor(logits.name), taps: Object.fromEntries(taps) };
      }
    }
    return views;
  }
}
