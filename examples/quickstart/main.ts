import { freeRunDirectory } from "@kdf/trainer";
import { join } from "node:path";
import { describe, train } from "./train.js";

const outcome = await train(freeRunDirectory(join(import.meta.dirname, "runs"), "quickstart"), (line) => console.error(line));
for (const line of describe(outcome)) console.log(line);
