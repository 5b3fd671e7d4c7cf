import { join } from "node:path";
import { describe, train } from "./train.js";

const outcome = await train({ parent: join(import.meta.dirname, "runs"), stem: "quickstart" }, (line) => console.error(line));
for (const line of describe(outcome)) console.log(line);
