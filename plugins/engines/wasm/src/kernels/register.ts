import * as tf from "@tensorflow/tfjs";
import { type Workspace, workspaceOf } from "../native/workspace.js";

/** The name under which tfjs knows the engine. */
export const BACKEND_NAME = "wasm";

export type Inputs = Record<string, tf.TensorInfo>;
export type KernelFunction = (
  call: { inputs: Inputs; attributes: Record<string, unknown>; workspace: Workspace; backend: object },
) => tf.TensorInfo | tf.TensorInfo[];

/** A kernel by name; `create` gets the kernel it replaces, if there is one. */
export interface KernelDefinition {
  readonly name: string;
  create(original: BuiltInKernel | undefined): KernelFunction;
}

/** A kernel of tfjs, callable without the bookkeeping that tfjs does for operations. */
export type BuiltInKernel = (inputs: Inputs, attributes: object, backend: object) => tf.TensorInfo;

/** A kernel that tfjs registered for the engine, or undefined. */
export function builtInKernel(name: string): BuiltInKernel | undefined {
  const kernel = tf.getKernel(name, BACKEND_NAME) as tf.KernelConfig | undefined;
  if (kernel === undefined) return undefined;
  return (inputs, attributes, backend) =>
    kernel.kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend }) as tf.TensorInfo;
}

/** Registers a kernel with tfjs, in place of the one it replaces. */
export function registerKernel(definition: KernelDefinition): void {
  const original = builtInKernel(definition.name);
  const previous = tf.getKernel(definition.name, BACKEND_NAME) as tf.KernelConfig | undefined;
  const kernel = definition.create(original);
  if (previous !== undefined) tf.unregisterKernel(definition.name, BACKEND_NAME);
  tf.registerKernel({
    kernelName: definition.name,
    backendName: BACKEND_NAME,
    // Built-in kernels that `original` may call still need to be set up and disposed with the engine.
    ...(previous?.setupFunc === undefined ? {} : { setupFunc: previous.setupFunc }),
    ...(previous?.disposeFunc === undefined ? {} : { disposeFunc: previous.disposeFunc }),
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel({
        inputs: inputs as Inputs,
        attributes: attrs ?? {},
        workspace: workspaceOf(backend),
        backend,
      }),
  });
}
