import { join } from "node:path";
import { cudaLibraries } from "../cuda/cuda-libraries.js";
import { writeWheel } from "./write-wheel.js";

/** What METADATA of a wheel of TensorFlow says of the wheels that are written here. */
export const cudaMetadata = [
  "Provides-Extra: and-cuda",
  "Requires-Dist: absl-py>=1.0.0",
  'Requires-Dist: nvidia-cudart-cu12<13.0,>=12.5; extra == "and-cuda"',
  "Requires-Dist: nvidia-rest-cu12 (==12.5.1) ; extra == 'and-cuda'",
];

export const cudaWheelFiles = ["nvidia_cudart_cu12-12.9.1-py3-none-manylinux2014_x86_64.whl", "nvidia_rest_cu12-12.5.1-py3-none-manylinux_2_27_x86_64.whl"] as const;

/** Wheels with the form of NVIDIA's, and small contents: an older and a newer one of a project, and one with all the rest. */
export async function writeCudaWheels(folder: string): Promise<void> {
  const tags = ["py3-none-manylinux2014_x86_64"];
  const cudart = (text: string) => ({ "nvidia/cuda_runtime/lib/libcudart.so.12": text, "nvidia/cuda_runtime/include/cuda.h": "// not wanted" });
  await writeWheel(join(folder, cudaWheelFiles[0]), { project: "nvidia-cudart-cu12", version: "12.9.1", tags, files: cudart("new".repeat(1000)) });
  await writeWheel(join(folder, "nvidia_cudart_cu12-12.5.0-py3-none-manylinux2014_x86_64.whl"), { project: "nvidia-cudart-cu12", version: "12.5.0", tags, files: cudart("old") });
  await writeWheel(join(folder, "nvidia_cudart_cu12-13.0.0-py3-none-manylinux2014_x86_64.whl"), { project: "nvidia-cudart-cu12", version: "13.0.0", tags, files: cudart("too new") });
  const rest = cudaLibraries("2.21.0").filter(({ component }) => component !== "cuda_runtime");
  await writeWheel(join(folder, cudaWheelFiles[1]), {
    project: "nvidia-rest-cu12",
    version: "12.5.1",
    tags: ["py3-none-manylinux_2_27_x86_64"],
    files: { ...Object.fromEntries(rest.map(({ soname, component }) => [`nvidia/${component}/lib/${soname}`, soname])), "nvidia/cuda_nvcc/bin/ptxas": "#!/bin/sh\n", "nvidia/cuda_nvcc/bin/nvlink": "not wanted" },
  });
}
