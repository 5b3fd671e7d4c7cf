// Loaded before kdf by node --import: takes the GPU away once the run of the environment's variable RUN has written six steps.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";

const lines = join(process.env.RUN, "metrics.jsonl");
const timer = setInterval(() => {
  if (!existsSync(lines) || readFileSync(lines, "utf8").split('"step"').length <= 6) return;
  clearInterval(timer);
  tf.engine().backend.device.destroy();
}, 5);
timer.unref();
