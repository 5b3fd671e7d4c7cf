export type { Pass } from "./pass.js";
export { Weight } from "./weight.js";
export { layouts, type Layout } from "./layout.js";
export { Module } from "./module.js";
export * as initializers from "./initializers.js";
export type { Fans, Initializer } from "./initializers.js";
export { Convolution, type ConvolutionShape } from "./convolution.js";
export { TransposedConvolution, type TransposedConvolutionShape } from "./transposed-convolution.js";
export { MapRegressor, type MapRegressorOptions } from "./map-regressor.js";
export { BatchNormalization } from "./batch-normalization.js";
export { BatchStandardization } from "./batch-standardization.js";
export { Linear, type LinearShape } from "./linear.js";
export { normalizedConvolution } from "./normalized-convolution.js";
export { inTurn } from "./in-turn.js";
export { describeRectifiedStages, rectifiedStages, throughStage, type RectifiedStages, type UnrectifiedBlock } from "./rectified-stages.js";
export { ImageClassifier, type NetworkOutputs } from "./image-classifier.js";
export { atSmallerSize } from "./same-size.js";
export { checkStudentClasses } from "./check-classes.js";
export {
  lastMapPair,
  mapPairAt,
  mapPairs,
  pooledPair,
  preactivationPairs,
  stageMapPairs,
  tapPairsOption,
  tapsOfPairs,
  tensorsOfPair,
  type NamedTapPairs,
  type Tap,
  type TapPair,
  type TapQuestion,
} from "./tap-pairs.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedArray,
  type NumberArray,
  type Safetensors,
  type StoredArray,
  type StoredType,
} from "./safetensors.js";
export { assignStored, loadStateDict, readStored, stateDict, storedShape, type StateDict } from "./state-dict.js";
export { describesItself, describeWeights, encodeWeights, type WeightsDescription } from "./weights-file.js";
export { openTeacher, type TeacherSource } from "./open-teacher.js";
export { readWeights, type StoredWeights } from "./weights/read-weights.js";
export { identifyWeights, type GivenWeights, type IdentifiedWeights, type NetworkSource } from "./weights/identify-weights.js";
export type { Fit } from "./weights/fit-network.js";
export { describeOnnx, type OnnxDescription } from "./onnx/describe-model.js";
export { exportedOpset, exportOnnx, recordOnnx, type Exportable, type RecordedGraph } from "./onnx/export-model.js";
export type { OnnxAttribute, OnnxDimension, OnnxNode, OnnxTensor, OnnxValue } from "./onnx/model.js";
