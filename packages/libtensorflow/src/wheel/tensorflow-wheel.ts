import { basename } from "node:path";
import type { Platform } from "./platform.js";
import { Wheel, type Selection, type WheelContents } from "./wheel-file.js";

/** The libraries inside a wheel of TensorFlow for Python. */
export const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;

/** What the addon's sources include, and what that includes; between TensorFlow 2.12 and 2.21 some of it moved. */
const wantedHeaders = /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl\/(c|platform)|xla\/tsl\/(c|platform))\/.*\.h$/;

const paths = libraries.map((name) => `tensorflow/${name}`);

/** The libraries into `lib/`, the headers into `include/`. */
export const tensorflowFiles: Selection = (name) => {
  if (paths.includes(name)) return `lib/${basename(name)}`;
  return wantedHeaders.test(name) ? name.slice("tensorflow/".length) : undefined;
};

/** Opens a wheel, checks what it is, and closes it when `use` is done. KDF_INSTALLATION_REFUSED. */
export async function withTensorflowWheel<T>(file: string, platform: Platform, use: (wheel: Wheel, contents: WheelContents) => T | Promise<T>): Promise<T> {
  const wheel = await Wheel.open(file, {
    name: "libtensorflow",
    expected: "a whole wheel of tensorflow or tensorflow-cpu, version 2.12 or later, for this platform",
    fix: "fetch it again, or leave --set wheel=FILE out: then it is fetched and checked",
  });
  try {
    return await use(wheel, await wheel.check(platform, paths));
  } finally {
    wheel.close();
  }
}
