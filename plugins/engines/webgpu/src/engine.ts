import { createRequire } from "node:module";
import { engineDeviceMissing, engineFailed, type EngineReport } from "@kdf/core";
import { claimEngine, installTrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { defineGlobals, listAdapters, openAdapter, withNavigator, type OpenAdapter } from "./adapter/dawn.js";
import { missingDriver, thisSystem } from "./adapter/missing-driver.js";
import { DawnBackend } from "./backend.js";
import { registerKernels } from "./kernels/register.js";
import { operations } from "./operations.js";

export interface WebgpuOptions {
  readonly powerPreference: "high-performance" | "low-power";
  readonly adapter?: string | undefined;
}

/** The name that TensorFlow.js's kernels for WebGPU are registered under. */
const backendName = "webgpu";

/** What tensors and the programs of TensorFlow.js need, as much of it as the adapter has. */
const limits = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/**
 * Starts WebGPU as this process's engine. KDF_ENGINE_ALREADY_STARTED when another engine runs,
 * KDF_ENGINE_DEVICE_MISSING where there is no adapter, or none of the name asked for, KDF_ENGINE_FAILED when it does not start.
 */
export async function startEngine(options: WebgpuOptions): Promise<EngineReport> {
  claimEngine("webgpu");
  defineGlobals();
  const opened = await chooseAdapter(options);
  const { gpu, adapter, name, backend, driver, software } = opened;
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  try {
    const device = await adapter.requestDevice({
      requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
      requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
    });
    const computing = withNavigator(gpu, () => new DawnBackend(gpu, device, adapter.info));
    // Small results would be computed on the processor while all their inputs happen to be in memory, which after a
    // resume are others than before it; a GPU's division and exponential may differ from the processor's in the last bit.
    tf.env().set("WEBGPU_CPU_FORWARD", false);
    registerKernels();
    tf.registerBackend(backendName, () => computing);
    await tf.setBackend(backendName);
    await tf.ready();
    installTrainingOperations(operations);
  } catch (cause) {
    throw engineFailed({ engine: "webgpu", operation: "start", problem: `${name}: ${(cause as Error).message}` }, { cause });
  }
  const version = (name: string): string => (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
  return {
    id: "webgpu",
    tier: software ? "reference" : "gpu",
    library: `@tensorflow/tfjs-backend-webgpu ${version("@tensorflow/tfjs-backend-webgpu")} on webgpu ${version("webgpu")} (Dawn)`,
    device: name,
    threads: 1,
    features: [backend, ...(driver === "" ? [] : [driver]), ...(software ? ["software"] : [])],
    limits: { tensor: Math.min(maxStorageBufferBindingSize, maxBufferSize) },
  };
}

async function chooseAdapter({ powerPreference, adapter: part }: WebgpuOptions): Promise<OpenAdapter> {
  const listed = await listAdapters();
  const named = part === undefined ? undefined : listed.find(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  if (part !== undefined && named === undefined && listed.length > 0) {
    throw engineDeviceMissing({
      engine: "webgpu",
      problem: `no adapter's name has "${part}" in it`,
      expected: `a part of ${listed.map(({ name }) => `"${name}"`).join(" or ")}`,
      fix: "correct --set webgpu.adapter, or leave it out",
    });
  }
  const opened = listed.length === 0 ? undefined : await openAdapter(powerPreference, named, listed);
  if (opened === undefined) {
    const { problem, fix } = missingDriver(thisSystem);
    throw engineDeviceMissing({ engine: "webgpu", problem, expected: "a GPU with a driver for Vulkan, Metal or Direct3D 12", fix });
  }
  return opened;
}
