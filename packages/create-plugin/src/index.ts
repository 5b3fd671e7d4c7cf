export { createdText, createPlugin, type CreatedPlugin, type PluginRequest } from "./create-plugin.js";
