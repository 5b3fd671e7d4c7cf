// Loaded before kdf by node --import: takes the GPU away once the run that the variable RUN names has written six steps.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The Dawn of the plugin.
const dawn = createRequire(import.meta.resolve("@kdf/plugin-webgpu")).resolve("webgpu");
const { GPUAdapter } = (await import(pathToFileURL(dawn).href)).globals;
const { requestDevice } = GPUAdapter.prototype;
let device;
GPUAdapter.prototype.requestDevice = async function (...parameters) {
  device = await requestDevice.apply(this, parameters);
  return device;
};

const lines = join(process.env.RUN, "metrics.jsonl");
const timer = setInterval(() => {
  if (!existsSync(lines) || readFileSync(lines, "utf8").split('"step"').length <= 6) return;
  clearInterval(timer);
  device.destroy();
}, 5);
timer.unref();
