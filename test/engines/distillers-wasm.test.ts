import type { Engine } from "@kdf/core";
import wasm from "@kdf/plugin-wasm";
import { distillerTests } from "../parity/distiller-parity.js";
import { dependsOnEngine, distillerConformance } from "./distiller-conformance.js";

/** Every distiller on the engine that `npm install` brings: numbers beside PyTorch's, gradients, cases. test/long has all checks. */
await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();

distillerTests();
distillerConformance(dependsOnEngine);
