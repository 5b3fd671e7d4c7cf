export { run, type Terminal } from "./run.js";
