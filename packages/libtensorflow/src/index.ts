export { cudaInstallerOptions, installerOptions, NativeInstaller, type CudaInstallerOptions, type InstallerOptions, type NativeTarget } from "./installation/native-installer.js";
export { engineOptions, startNative, type EngineOptions } from "./runtime/start-native.js";
