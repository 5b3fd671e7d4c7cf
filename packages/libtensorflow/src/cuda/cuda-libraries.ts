import { compareVersions } from "../wheel/version.js";

/** A library that TensorFlow opens on a machine with a GPU. */
export interface CudaLibrary {
  /** As the loader is asked for it. */
  readonly soname: string;
  /** Folder below `nvidia/`, as NVIDIA's wheels have it and as libtensorflow's RUNPATH names it. */
  readonly component: string;
  /** TensorFlow computes without it: profiling, several GPUs. */
  readonly optional?: true;
}

/** NVIDIA's driver, which no package brings. */
export const driverLibrary = "libcuda.so.1";

/** What CUDA 12 has; cuDNN 9 since TensorFlow 2.18. */
export function cudaLibraries(tensorflow: string): readonly CudaLibrary[] {
  return [
    { soname: "libcudart.so.12", component: "cuda_runtime" },
    { soname: "libcublas.so.12", component: "cublas" },
    { soname: "libcublasLt.so.12", component: "cublas" },
    { soname: compareVersions(tensorflow, "2.18.0") < 0 ? "libcudnn.so.8" : "libcudnn.so.9", component: "cudnn" },
    { soname: "libcufft.so.11", component: "cufft" },
    { soname: "libcusolver.so.11", component: "cusolver" },
    { soname: "libcusparse.so.12", component: "cusparse" },
    { soname: "libcupti.so.12", component: "cuda_cupti", optional: true },
    { soname: "libnccl.so.2", component: "nccl", optional: true },
  ];
}
