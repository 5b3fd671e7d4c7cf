// The kernels that `scripts/build-kernels.mjs` compiles to WebAssembly. They share the memory of the
// wasm engine: every address is one of its tensors or of memory it allocated. Nothing here allocates,
// keeps state or has constants in memory, so any number of instances can share one memory.

export { batchNormalization, batchNormalizationGradient } from "./batch-normalization";
export { combineWithVector, sumRows } from "./channels";
export { copyBlock, fillNumbers } from "./copy-block";
export { depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise";
export { filterGradient, filterGradientScratchBytes } from "./filter-gradient";
export { phaseFilter, scatterPhase } from "./phases";
export { matrixProduct } from "./matrix-product";
export { averagePoolGradient, maximumPoolGradient } from "./pooling";
export { rectifierGradient, rectify } from "./rectifier";
export { gatherRows, reverseRows } from "./rows";
export { segmentSum } from "./segment-sum";
