import { basename } from "node:path";
import { isKdfError, optionsInvalid, teacherUnsuitable, type ModelOutputs, type Teacher, type TeacherInspection, type TeacherModel, type TensorLike } from "@kdf/core";
import { read, scope } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "./classifier.js";
import { imageInput, missingOf, type ImageInput, type InputQuestion } from "./image-input.js";
import type { InputOptions } from "./options.js";

/** A classifier that was opened, and the hash of its files. */
export interface Opened {
  readonly classifier: Classifier;
  readonly sha256: string;
}

export interface ForeignOptions extends InputOptions {
  readonly file?: string | undefined;
}

/** A classifier of images from another tool's files. */
export class ForeignTeacher implements Teacher {
  readonly #id: string;
  readonly #options: ForeignOptions;
  readonly #open: (file: string) => Promise<Opened>;

  constructor(id: string, options: ForeignOptions, open: (file: string) => Promise<Opened>) {
    this.#id = id;
    this.#options = options;
    this.#open = open;
  }

  async open(): Promise<TeacherModel> {
    const { classifier, sha256 } = await this.#open(this.#file);
    try {
      const input = imageInput(this.#question(classifier));
      const trial = await this.#try(classifier, input);
      return {
        description: { network: basename(this.#file), input: { size: input.size, channels: input.channels, mean: input.mean, std: input.std }, classes: trial.classes, taps: trial.taps },
        provenance: { ...classNamesOf(classifier.metadata), file: basename(this.#file), sha256, format: classifier.format, ...classifier.facts },
        forward: (images, { taps }) => forward({ classifier, input, answer: trial.answer, file: this.#file }, images, taps),
        dispose: () => classifier.dispose(),
      };
    } catch (error) {
      classifier.dispose();
      throw error;
    }
  }

  async inspect(): Promise<TeacherInspection> {
    const { classifier, sha256 } = await this.#open(this.#file);
    try {
      const { format, inputs, outputs, weights, taps, facts, endsInSoftmax } = classifier;
      const question = this.#question(classifier);
      const missing = missingOf(question);
      const classes = outputs.length === 1 ? outputs[0]!.shape.at(-1) : undefined;
      const problems: string[] = [];
      if (missing.length === 0) await this.#problem(classifier, question).then((problem) => problems.push(...problem));
      const closed = Object.entries(taps).filter((entry): entry is [string, readonly number[]] => !entry[1].includes(null));
      return {
        format,
        facts: { ...facts, ...(endsInSoftmax && { "ends in": "a softmax; what goes into it is taken" }), sha256 },
        inputs,
        outputs,
        weights,
        taps: Object.fromEntries(closed),
        ...(typeof classes === "number" && { classes }),
        options: {},
        missing,
        problems,
      };
    } finally {
      classifier.dispose();
    }
  }

  get #file(): string {
    const { file } = this.#options;
    if (file !== undefined) return file;
    throw optionsInvalid({ owner: `teacher ${this.#id}`, problems: [{ path: "file", message: `missing; name it with --teacher FILE, or --set ${this.#id}.file=FILE` }], options: ["file"] });
  }

  #question({ inputs, metadata }: Classifier): InputQuestion {
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) throw teacherUnsuitable({ file: this.#file, problem: `it has ${inputs.length} inputs`, expected: "one input, a batch of images", fix: "export a model that takes images alone" });
    return { file: this.#file, teacher: this.#id, name: input.name, shape: input.shape, dtype: input.dtype, metadata, options: this.#options };
  }

  async #problem(classifier: Classifier, question: InputQuestion): Promise<string[]> {
    try {
      await this.#try(classifier, imageInput(question));
      return [];
    } catch (error) {
      if (!isKdfError(error)) throw error;
      const { happened, fix } = error.explanation;
      return [`${happened.replace(/^.*cannot serve as a teacher: /, "").replace(/[.]$/, "")}; ${fix}`];
    }
  }

  /** Two images, one dark and one bright, show what the description leaves open. KDF_TEACHER_UNSUITABLE. */
  async #try(classifier: Classifier, input: ImageInput): Promise<Trial> {
    const file = this.#file;
    const refuse = (problem: string, expected: string, fix: string): Error => teacherUnsuitable({ file, problem, expected, fix });
    const { outputs: said } = this.#options;
    if (classifier.endsInSoftmax && said === "logits") throw refuse("it ends in a softmax, and the option outputs says logits", "one of the two", "leave the option out: what goes into the softmax is taken");
    const names = Object.keys(classifier.taps);
    const open = names.filter((name) => classifier.taps[name]!.includes(null));
    const results = tf.tidy(() => {
      const { output, taps } = compute(classifier, input, trialImages(input), open, file);
      return [output, ...taps];
    });
    const [output] = results as [tf.Tensor, ...tf.Tensor[]];
    try {
      const [rows, classes] = output.shape;
      if (output.shape.length !== 2 || rows !== 2 || classes! < 2) throw refuse(`for two images it answers [${output.shape.join(",")}]`, "[2,K], a row for each image and a value for each class", "export a classifier whose batch dimension is free throughout, or name another output");
      const values = await read(output as TensorLike);
      if (!classifier.endsInSoftmax && said === "auto" && areProbabilities(values, classes!)) {
        throw refuse("its answers look like probabilities: none is below zero, and each row adds up to one", "logits, or the word that they are probabilities", `say it: --set ${this.#id}.outputs=probabilities, or logits`);
      }
      const found = new Map(open.map((name, place) => [name, results[place + 1]!.shape.slice(1)]));
      const taps = names.map((name) => [name, channelsLast(found.get(name) ?? (classifier.taps[name] as readonly number[]), input)] as const);
      return { classes: classes!, taps: Object.fromEntries(taps), answer: !classifier.endsInSoftmax && said === "probabilities" ? "probabilities" : "logits" };
    } finally {
      tf.dispose(results);
    }
  }
}

interface Trial {
  readonly classes: number;
  readonly taps: Readonly<Record<string, readonly number[]>>;
  readonly answer: "logits" | "probabilities";
}

/** The smallest normal float32: a probability that is zero has a logarithm all the same. */
const smallest = 2 ** -126;

/** What a pass takes. */
interface Fed extends Pick<Trial, "answer"> {
  readonly classifier: Classifier;
  readonly input: ImageInput;
  readonly file: string;
}

/** Logits up to a constant of each row, which the softmax leaves out at every temperature. */
function forward({ classifier, input, answer, file }: Fed, images: TensorLike, names: readonly string[]): ModelOutputs {
  return scope(() => {
    const { output, taps } = compute(classifier, input, images as tf.Tensor4D, names, file);
    const logits = answer === "probabilities" ? tf.log(tf.maximum(output, smallest)) : tf.clone(output);
    return { logits, taps: Object.fromEntries(names.map((name, place) => [name, mapChannelsLast(taps[place]!, input)])) };
  }) as ModelOutputs;
}

function compute(classifier: Classifier, { layout }: ImageInput, images: tf.Tensor4D, taps: readonly string[], file: string): ReturnType<Classifier["compute"]> {
  try {
    return classifier.compute(layout === "NCHW" ? tf.transpose(images, [0, 3, 1, 2]) : images, taps);
  } catch (cause) {
    if (isKdfError(cause)) throw cause;
    const problem = (cause as Error).message.split("\n")[0]!.replace(/[.]$/, "");
    throw teacherUnsuitable({ file, problem: `the engine (${tf.getBackend()}) does not compute it: ${problem}`, expected: "operations that the engine has", fix: "choose another --engine, for example tensorflow or cpu, or convert the model to ONNX" }, { cause });
  }
}

const channelsLast = (shape: readonly number[], { layout }: ImageInput): readonly number[] => (layout === "NCHW" && shape.length === 3 ? [shape[1]!, shape[2]!, shape[0]!] : shape);
const mapChannelsLast = (map: tf.Tensor, { layout }: ImageInput): tf.Tensor => (layout === "NCHW" && map.rank === 4 ? tf.transpose(map, [0, 2, 3, 1]) : tf.clone(map));

function trialImages({ size, channels, mean, std }: ImageInput): tf.Tensor4D {
  const values = new Float32Array(2 * size * size * channels);
  const half = values.length / 2;
  for (let at = 0; at < values.length; at += 1) {
    const channel = at % channels;
    values[at] = ((at < half ? 0 : (at - half) / half) - mean[channel]!) / std[channel]!;
  }
  return tf.tensor4d(values, [2, size, size, channels]);
}

function areProbabilities(values: ArrayLike<number>, classes: number): boolean {
  for (let row = 0; row < values.length; row += classes) {
    let sum = 0;
    for (let at = row; at < row + classes; at += 1) {
      if (values[at]! < 0) return false;
      sum += values[at]!;
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

/** As kdf's own weights files have it: JSON. */
const classNamesOf = ({ classNames }: Readonly<Record<string, unknown>>): Record<string, string> => (Array.isArray(classNames) ? { classNames: JSON.stringify(classNames) } : {});
