import { join } from "node:path";
import { experiment, run } from "./experiment.js";

const { directory, test } = await run(experiment, join(import.meta.dirname, "runs", "experiment"), (line) => console.error(line));
console.log(JSON.stringify({ directory, test }, null, 2));
