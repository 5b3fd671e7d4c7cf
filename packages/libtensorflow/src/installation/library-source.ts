import type { InstallationProgress } from "@kdf/core";
import type { TensorflowFacts } from "../cuda/cuda-source.js";

/** Where libtensorflow comes from. */
export interface LibrarySource {
  /** What the record says of it; an installation with the same is the same. */
  readonly description: Readonly<Record<string, string>>;
  /** Bytes of disk that it takes while it is installed, about. */
  readonly bytes: number;
  /** What is known of it before it is provided. */
  readonly facts?: TensorflowFacts;
  /** Puts the libraries into `lib/` and the headers into `include/` of `directory`. */
  provide(directory: string, onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<TensorflowFacts>;
}
