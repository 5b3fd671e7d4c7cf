import { optionsInvalid, type InspectedTensor, type Json, type PluginContext, type Teacher, type TeacherInspection, type TeacherModel } from "@kdf/core";
import { identifyWeights, openTeacher, readWeights, type GivenWeights, type IdentifiedWeights, type NetworkSource, type StoredWeights } from "@kdf/nn";
import { teacherOptions, type TeacherOptions } from "./options.js";

/** The weights of an installed network, in a file that does not say which. */
export class WeightsTeacher implements Teacher {
  readonly #options: TeacherOptions;
  readonly #context: PluginContext;

  constructor(options: TeacherOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
  }

  async open(): Promise<TeacherModel> {
    const { key } = this.#options;
    return openTeacher({ file: this.#file, given: this.#given, ...(key !== undefined && { key }), ...this.#networks });
  }

  async inspect(): Promise<TeacherInspection> {
    const weights = await readWeights(this.#file, this.#options.key);
    return inspection(weights, await identifyWeights(weights, this.#given, this.#networks), this.#given.network ?? weights.metadata["network"]);
  }

  get #file(): string {
    const { file } = this.#options;
    if (file !== undefined) return file;
    throw optionsInvalid({ owner: "teacher weights", problems: [{ path: "file", message: "missing; name it with --teacher FILE, or --set weights.file=FILE" }], options: Object.keys(teacherOptions.shape) });
  }

  get #given(): GivenWeights {
    const { network, networkOptions, size, mean, std } = this.#options;
    return { ...(network !== undefined && { network }), ...(networkOptions && { options: networkOptions as Json }), ...(size !== undefined && { size }), ...(mean && { mean }), ...(std && { std }) };
  }

  get #networks(): NetworkSource {
    return {
      createNetwork: (id, options) => this.#context.create("network", id, options),
      networks: this.#context.ids("network"),
    };
  }
}

/** What is there and what is missing. `named`: the network that options or metadata name. */
function inspection(weights: StoredWeights, { fits, input }: IdentifiedWeights, named: string | undefined): TeacherInspection {
  const { format, key, prefix, beside, tensors } = weights;
  const whole = fits.filter(({ problems }) => problems.length === 0);
  const [fit, ...others] = whole;
  const [closest] = fits;
  const known = fit !== undefined && others.length === 0;
  return {
    format,
    facts: {
      ...(key !== undefined && { "state dict": `entry ${key}` }),
      ...(prefix !== "" && { "names in the file": `begin with ${prefix}, which is left out` }),
      ...(whole.length > 0 && { network: whole.map(({ network }) => network).join(" or ") }),
      ...beside,
      sha256: weights.sha256,
    },
    weights: [...tensors].map(([name, { shape, dtype }]): InspectedTensor => ({ name: `${prefix}${name}`, shape, dtype, ...(prefix !== "" && { mapped: name }) })),
    inputs: [],
    outputs: [],
    taps: {},
    ...(known && { classes: fit.classes }),
    options: { ...(known && { network: fit.network }), ...(input as Readonly<Record<string, Json>>) },
    missing: [...(known ? [] : ["network"]), ...(["size", "mean", "std"] as const).filter((name) => input[name] === undefined)],
    problems: fit !== undefined || closest === undefined ? [] : [`the ${named === undefined ? "closest network" : "network that is named"} is ${closest.network}`, ...closest.problems],
  };
}
