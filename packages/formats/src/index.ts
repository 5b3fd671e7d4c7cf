export { readTar, type TarRequest } from "./archive/tar.js";
export { ZipArchive, type ZipMember } from "./archive/zip.js";
export { numpyGlobals, NumpyArray } from "./pickle/numpy.js";
export {
  readPickle,
  PickleGlobal,
  type PickleCallable,
  type PickleObject,
  type PickleOptions,
  type PickleValue,
} from "./pickle/read-pickle.js";
export { readTorch, type TorchFile } from "./torch/read-torch.js";
export { TorchTensor, type TorchType } from "./torch/tensor.js";
