import type { Engine } from "@kdf/core";
import wasm from "@kdf/plugin-wasm";
import { distillerTests } from "../parity/distiller-parity.js";
import { distillerConformance } from "./distiller-conformance.js";

/** Every distiller on the engine that `npm install` brings: its checks, and its numbers beside PyTorch's. */
await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();

distillerTests();
distillerConformance();
