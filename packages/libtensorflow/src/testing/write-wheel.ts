import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

export interface WheelParts {
  readonly tags?: readonly string[];
  /** Replaces or adds files; null leaves one out. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Contents that RECORD states in place of the real ones. */
  readonly recorded?: Readonly<Record<string, string>>;
}

/** A file with the form of TensorFlow's wheel, and small contents. */
export async function writeWheel(file: string, { tags = ["cp311-cp311-manylinux_2_27_x86_64"], files = {}, recorded = {} }: WheelParts = {}): Promise<void> {
  const contents: Record<string, string | null> = {
    "tensorflow/libtensorflow_cc.so.2": "the library",
    "tensorflow/libtensorflow_framework.so.2": "its framework",
    "tensorflow/include/tensorflow/c/c_api.h": "// the interface",
    "tensorflow/include/tensorflow/core/graph/graph.h": "// not wanted",
    "tensorflow/python/__init__.py": "# not wanted",
    "tensorflow_cpu-2.21.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tensorflow_cpu\nVersion: 2.21.0\n\nA description\nName: no",
    "tensorflow_cpu-2.21.0.dist-info/WHEEL": `Wheel-Version: 1.0\n${tags.map((tag) => `Tag: ${tag}`).join("\n")}\n`,
    ...files,
  };
  const present = Object.entries(contents).filter((entry): entry is [string, string] => entry[1] !== null);
  const sum = (text: string): string => createHash("sha256").update(text).digest("base64url");
  const record = present.map(([name, text]) => `${name},sha256=${sum(recorded[name] ?? text)},${text.length}`).join("\n");
  const zip = new ZipFile();
  for (const [name, text] of [...present, ["tensorflow_cpu-2.21.0.dist-info/RECORD", record] as const]) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}
