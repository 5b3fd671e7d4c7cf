import { startReferenceEngine } from "@kdf/tensor";
import { beforeAll } from "vitest";
import { distillerTests } from "./distiller-parity.js";

beforeAll(startReferenceEngine);

distillerTests();
