// Loaded before kdf by node --import: once the run that the variable RUN names has written six steps, the addon of
// TensorFlow is given one input too few for a gradient of a convolution, and refuses it.
import { existsSync, readFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";

const lines = join(process.env.RUN, "metrics.jsonl");
const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (!String(request).endsWith("tfjs_binding.node")) return loaded;
  const executeOp = (name, attributes, inputs, outputs) => {
    const isTime = name === "Conv2DBackpropFilter" && existsSync(lines) && readFileSync(lines, "utf8").split('"step"').length > 6;
    return loaded.executeOp(name, attributes, isTime ? inputs.slice(1) : inputs, outputs);
  };
  return Object.create(loaded, { executeOp: { value: executeOp } });
};
