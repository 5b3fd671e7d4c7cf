export { comparable } from "./output/baseline.js";
export { run, type Terminal } from "./run.js";
export { createProgram } from "./program.js";
