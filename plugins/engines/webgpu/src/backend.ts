import { engineFailed } from "@kdf/core";
import { util, type BackendValues, type TensorInfo } from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Program } from "./programs/program.js";
import { transposeIntegers } from "./programs/transpose-integers.js";

/**
 * TensorFlow.js's backend on a device of Dawn. A GPU reports its failures later and goes on with wrong numbers: here
 * whoever reads a value, or computes further, is told (KDF_ENGINE_FAILED).
 */
export class DawnBackend extends WebGPUBackend {
  /** Dawn lives as long as it is referred to. */
  readonly #gpu: GPU;
  #failure: Error | undefined;
  #operation = "a transfer to the GPU";

  constructor(gpu: GPU, device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    this.#gpu = gpu;
    device.addEventListener("uncapturederror", (event) => {
      this.#failure ??= this.#failed(event.error.message.split("\n")[0]!.replace(/\.$/, ""));
    });
    void device.lost.then(({ message }) => {
      this.#failure ??= this.#failed(`the GPU is lost to this process (${message || "no reason given"})`);
    });
  }

  override runWebGPUProgram(program: Program, inputs: TensorInfo[], ...rest: Rest<Rest<Parameters<WebGPUBackend["runWebGPUProgram"]>>>): TensorInfo {
    const fit = mended(program, inputs);
    this.#operation = operationOf(fit);
    this.#demandDevice();
    return super.runWebGPUProgram(fit, inputs, ...rest);
  }

  /** Refuses at once what the device would refuse later. */
  override uploadToGPU(dataId: object): void {
    const { shape } = this.tensorMap.get(dataId);
    const bytes = 4 * util.sizeFromShape(shape);
    const most = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (bytes > most) throw this.#failed(`a tensor [${shape.join(",")}] takes ${megabytes(bytes)}, and this GPU has at most ${megabytes(most)} for one`);
    super.uploadToGPU(dataId);
  }

  override async read(dataId: object): Promise<BackendValues> {
    this.#demandDevice();
    try {
      const values = await super.read(dataId);
      this.#demandDevice();
      return values;
    } catch (error) {
      // Reading from a lost device is refused without a reason, and the reason comes right after.
      await new Promise((done) => setImmediate(done));
      this.#demandDevice();
      throw error;
    }
  }

  /** Values that are in memory. Those on the GPU can only be awaited. */
  override readSync(dataId: object): BackendValues {
    if ((this.tensorMap.get(dataId).values ?? undefined) === undefined) throw this.#failed("values on a GPU were asked for without awaiting them (use read, not readNow)");
    return super.readSync(dataId);
  }

  #demandDevice(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #failed(problem: string): Error {
    return engineFailed({ engine: "webgpu", operation: this.#operation, problem });
  }
}

type Rest<List extends readonly unknown[]> = List extends [unknown, ...infer Others] ? Others : never;

/** Here rather than in the registry of kernels, since reductions run the program without asking it. */
function mended(program: Program, [input]: readonly TensorInfo[]): Program {
  const { newDim: permutation = [1, 0] } = program as { newDim?: readonly number[] };
  const isTranspose = /^Transpose(Shared)?Program$/.test(program.constructor.name);
  return isTranspose && input?.dtype === "int32" ? transposeIntegers(input.shape, permutation) : program;
}

/** `Conv2DMM` of TensorFlow.js's Conv2DMMProgram; programs of our own have no class, but a key. */
const operationOf = ({ constructor, shaderKey }: Program): string => (constructor === Object ? shaderKey.replaceAll(/^kdf|_.*$/g, "") : constructor.name.replace(/Program$/, ""));

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
