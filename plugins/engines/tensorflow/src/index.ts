import { define, definePlugin, type Engine, type Installer, type PluginContext } from "@kdf/core";
import { engineOptions, installerOptions, NativeInstaller, startNative, type EngineOptions, type InstallerOptions, type NativeTarget } from "@kdf/libtensorflow";

const target = ({ cacheDirectory }: PluginContext): NativeTarget => ({
  id: "tensorflow",
  project: "tensorflow-cpu",
  part: { package: "@tensorflow/tfjs-node", version: "4.22.0" },
  module: import.meta.url,
  cacheDirectory,
});

export default definePlugin({
  id: "tensorflow",
  provides: {
    engine: {
      tensorflow: define<Engine, EngineOptions>({
        summary: "TensorFlow's C library on the processor: fast, installed on purpose by kdf engine install tensorflow",
        options: engineOptions,
        create: (options, context) => ({ start: () => startNative(target(context), options) }),
      }),
    },
    installer: {
      tensorflow: define<Installer, InstallerOptions>({
        summary: "libtensorflow from the wheel of TensorFlow for Python, with the addon built against it",
        options: installerOptions,
        create: (options, context) => new NativeInstaller(target(context), options),
      }),
    },
  },
});
