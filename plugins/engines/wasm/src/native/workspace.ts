import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { DataType, TensorInfo } from "@tensorflow/tfjs";
import { exclusiveMemoryBinary, sharedMemoryBinary } from "./binary.js";
import { createKernelPool, type KernelRunner, serialRunner } from "../threads/kernel-pool.js";
import type { Address, NativeKernels } from "./native-kernels.js";

/** Our kernels on the memory of one engine, with what they need to read and make tensors there. */
export interface Workspace {
  readonly kernels: NativeKernels;
  /** Runs calls of one kernel that do not depend on each other, on all threads of the engine. */
  readonly runner: KernelRunner;
  /** Where the numbers of a tensor start. Good until the tensor is disposed. */
  addressOf(tensor: TensorInfo): Address;
  /** The numbers of an int32 tensor, in place: good until the next allocation. */
  integersOf(tensor: TensorInfo): Int32Array;
  /** A new tensor whose contents are not set. */
  makeTensor(shape: readonly number[], type?: DataType): TensorInfo;
  /** Makes the numbers of a tensor outlive it by one more `disposeTensor`. */
  retain(tensor: TensorInfo): void;
  /** Disposes a tensor that this kernel made and does not return. */
  disposeTensor(tensor: TensorInfo): void;
  /** Lends `bytes` bytes of memory to `use`. */
  withScratch(bytes: number, use: (scratch: Address) => void): void;
}

/** Emscripten's exports that the types of tfjs leave out. */
interface Allocator {
  _malloc(bytes: number): Address;
  _free(address: Address): void;
}

const workspaces = new WeakMap<BackendWasm, Workspace>();

/** The workspace of an engine; made once for each, single-threaded unless `openWorkspace` was called before. */
export function workspaceOf(backend: object): Workspace {
  return workspaces.get(backend as BackendWasm) ?? openWorkspace(backend, 1);
}

/** Makes the workspace of an engine, with so many threads; more than one take an engine with shared memory. */
export function openWorkspace(backend: object, threads: number): Workspace {
  const workspace = createWorkspace(backend as BackendWasm, threads);
  workspaces.set(backend as BackendWasm, workspace);
  return workspace;
}

function createWorkspace(backend: BackendWasm, threads: number): Workspace {
  const memory = memoryOf(backend);
  const module = compileKernels(memory);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as NativeKernels;
  const { _malloc: allocate, _free: free } = backend.wasm as unknown as Allocator;
  return {
    kernels,
    runner: threads === 1 ? serialRunner(kernels) : createKernelPool(kernels, module, memory, threads),
    addressOf(tensor) {
      return backend.dataIdMap.get(tensor.dataId).memoryOffset;
    },
    integersOf(tensor) {
      return backend.typedArrayFromHeap(tensor) as Int32Array;
    },
    makeTensor(shape, type = "float32") {
      return backend.makeOutput([...shape], type);
    },
    retain(tensor) {
      backend.incRef(tensor.dataId);
    },
    disposeTensor(tensor) {
      backend.disposeData(tensor.dataId);
    },
    withScratch(bytes, use) {
      // `>>> 0`: above 2 GiB the allocator's answer reads as a negative number.
      const scratch = allocate(bytes) >>> 0;
      if (scratch === 0) throw new Error(`the wasm engine has no ${bytes} bytes of memory left`);
      try {
        use(scratch);
      } finally {
        free(scratch);
      }
    },
  };
}

/** Emscripten keeps the exports of the engine's module in `asm`, under minified names in some builds. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const module = backend.wasm as unknown as { asm?: Record<string, unknown>; wasmMemory?: unknown };
  const candidates = [module.wasmMemory, ...Object.values(module.asm ?? {})];
  const memory = candidates.find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) {
    throw new Error("the memory of @tensorflow/tfjs-backend-wasm was not found; version 4.22.0 is expected");
  }
  return memory as WebAssembly.Memory;
}

function compileKernels(memory: WebAssembly.Memory): WebAssembly.Module {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  return new WebAssembly.Module(Buffer.from(shared ? sharedMemoryBinary : exclusiveMemoryBinary, "base64"));
}
