import type { Engine } from "@kdf/core";
import tensorflow from "@kdf/plugin-tensorflow";
import { distillerConformance } from "../engines/distiller-conformance.js";
import { distillerTests } from "../parity/distiller-parity.js";
import { tensorflowInstallation } from "./tensorflow-installation.js";

/** Every distiller on libtensorflow: its checks, and its numbers beside PyTorch's. */
const context = { cacheDirectory: (await tensorflowInstallation("tensorflow")).cacheDirectory } as never;
const engine = (await tensorflow.provides.engine!["tensorflow"]!.create({ threads: 2, logLevel: 2, deterministic: true }, context)) as Engine;
await engine.start();

distillerTests();
distillerConformance();
