import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

export interface WheelParts {
  readonly project?: string;
  readonly version?: string;
  readonly tags?: readonly string[];
  /** Lines of METADATA beside name and version. */
  readonly metadata?: readonly string[];
  /** Replaces or adds files; null leaves one out. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>;
  /** Contents that RECORD states in place of the real ones. */
  readonly recorded?: Readonly<Record<string, string>>;
}

const tensorflow = {
  "tensorflow/libtensorflow_cc.so.2": "the library",
  "tensorflow/libtensorflow_framework.so.2": "its framework",
  "tensorflow/include/tensorflow/c/c_api.h": "// the interface",
  "tensorflow/include/tensorflow/core/graph/graph.h": "// not wanted",
  "tensorflow/python/__init__.py": "# not wanted",
};

/** A file with the form of a wheel, TensorFlow's unless said, and small contents. */
export async function writeWheel(file: string, parts: WheelParts = {}): Promise<void> {
  const { project = "tensorflow_cpu", version = "2.21.0", tags = ["cp311-cp311-manylinux_2_27_x86_64"], metadata = [], files = {}, recorded = {} } = parts;
  const description = `${project}-${version}.dist-info`;
  const contents: Record<string, string | Buffer | null> = {
    ...(project.startsWith("tensorflow") ? tensorflow : {}),
    [`${description}/METADATA`]: `${["Metadata-Version: 2.1", `Name: ${project}`, `Version: ${version}`, ...metadata].join("\n")}\n\nA description\nName: no`,
    [`${description}/WHEEL`]: `Wheel-Version: 1.0\n${tags.map((tag) => `Tag: ${tag}`).join("\n")}\n`,
    ...files,
  };
  const present = Object.entries(contents).filter((entry): entry is [string, string | Buffer] => entry[1] !== null);
  const sum = (content: string | Buffer): string => createHash("sha256").update(content).digest("base64url");
  const record = present.map(([name, content]) => `${name},sha256=${sum(recorded[name] ?? content)},${content.length}`).join("\n");
  const zip = new ZipFile();
  for (const [name, content] of [...present, [`${description}/RECORD`, record] as const]) zip.addBuffer(Buffer.from(content), name, { mode: name.includes("/bin/") ? 0o100755 : 0o100644 });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}
