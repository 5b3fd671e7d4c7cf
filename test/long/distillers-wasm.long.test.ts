import type { Engine } from "@kdf/core";
import wasm from "@kdf/plugin-wasm";
import { distillerConformance } from "../engines/distiller-conformance.js";

/** Every check of every distiller on wasm. */
await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();

distillerConformance();
