// Prints what the engine webgpu says of itself on this machine; fails where it does not start.
import plugin from "@kdf/plugin-webgpu";

const engine = await plugin.provides.engine.webgpu.create({ powerPreference: "high-performance" }, { logger: { info() {}, warn() {} } });
console.log(JSON.stringify(await engine.start()));
