// Run as a process by engine.test.ts: starts the engine with the number of threads in argv, trains, prints and ends.
import { startEngine } from "../engine.js";
import { trainedHash } from "./train.js";

const report = await startEngine({ threads: Number(process.argv[2]) });
process.stdout.write(JSON.stringify({ threads: report.threads, hash: trainedHash() }));
