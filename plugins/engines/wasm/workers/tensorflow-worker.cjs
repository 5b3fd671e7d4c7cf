// A thread of TensorFlow.js's own pool. tfjs means it for browsers and starts it from a blob URL; here the same
// text is run as a file, and what it would fetch from a second blob is read from the package.
const fs = require("node:fs");

const folder = "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd";
// The text went through a template literal: what was written \n became a line end within a string.
const text = require(`${folder}.worker.js`).wasmWorkerContents.replace(/\n/g, "\\n");
new Function("require", "__filename", text)(require, __filename);
globalThis.importScripts = () => (0, eval)(fs.readFileSync(require.resolve(`${folder}.js`), "utf8"));
