/** An address in the memory of the engine, in bytes. */
export type Address = number;

/** What assembly/index.ts exports; shapes and scratch sizes are documented there. */
export interface NativeKernels {
  filterGradientScratchBytes(
    inputChannels: number, outputHeight: number, outputWidth: number, outputChannels: number,
    filterHeight: number, filterWidth: number, strideHeight: number, strideWidth: number,
  ): number;
  filterGradient(
    input: Address, outputGradient: Address, result: Address, scratch: Address,
    batch: number, inputHeight: number, inputWidth: number, inputChannels: number,
    outputHeight: number, outputWidth: number, outputChannels: number,
    filterHeight: number, filterWidth: number, strideHeight: number, strideWidth: number,
    padTop: number, padLeft: number,
    firstFilterRow: number, endFilterRow: number, firstChannel: number, endChannel: number,
  ): void;
  phaseFilter(
    filter: Address, result: Address, filterWidth: number, inputChannels: number, outputChannels: number,
    strideHeight: number, strideWidth: number, phaseRow: number, phaseColumn: number,
    tapsHeight: number, tapsWidth: number,
  ): void;
  scatterPhase(
    phase: Address, result: Address, batch: number, phaseHeight: number, phaseWidth: number, channels: number,
    height: number, width: number, strideHeight: number, strideWidth: number, firstRow: number, firstColumn: number,
  ): void;
  depthwiseFilterGradient(
    input: Address, outputGradient: Address, result: Address,
    batch: number, inputHeight: number, inputWidth: number, inputChannels: number, multiplier: number,
    outputHeight: number, outputWidth: number, filterHeight: number, filterWidth: number,
    strideHeight: number, strideWidth: number, dilationHeight: number, dilationWidth: number,
    padTop: number, padLeft: number,
  ): void;
  depthwiseInputGradient(
    outputGradient: Address, filter: Address, result: Address,
    batch: number, inputHeight: number, inputWidth: number, inputChannels: number, multiplier: number,
    outputHeight: number, outputWidth: number, filterHeight: number, filterWidth: number,
    strideHeight: number, strideWidth: number, dilationHeight: number, dilationWidth: number,
    padTop: number, padLeft: number,
  ): void;
  batchNormalization(
    input: Address, gamma: Address, beta: Address, rows: number, channels: number, epsilon: number,
    output: Address, mean: Address, variance: Address, scratch: Address,
  ): void;
  batchNormalizationGradient(
    input: Address, outputGradient: Address, gamma: Address, mean: Address, variance: Address,
    rows: number, channels: number, epsilon: number,
    inputGradient: Address, gammaGradient: Address, betaGradient: Address, scratch: Address,
  ): void;
  sumRows(
    input: Address, rows: number, channels: number, factor: number, result: Address, scratch: Address,
  ): void;
  combineWithVector(
    input: Address, rows: number, channels: number, vector: Address, result: Address, operation: number,
  ): void;
  matrixProduct(
    a: Address, b: Address, result: Address, rows: number, inner: number, columns: number,
    transposeA: number, transposeB: number,
  ): void;
  rectify(input: Address, result: Address, count: number): void;
  rectifierGradient(output: Address, gradient: Address, result: Address, count: number): void;
  segmentSum(
    input: Address, segments: Address, result: Address, rows: number, size: number, segmentCount: number,
  ): void;
  maximumPoolGradient(
    input: Address, outputGradient: Address, result: Address,
    batch: number, inputHeight: number, inputWidth: number, channels: number, outputHeight: number, outputWidth: number,
    windowHeight: number, windowWidth: number, strideHeight: number, strideWidth: number, padTop: number, padLeft: number,
  ): void;
  averagePoolGradient(
    outputGradient: Address, result: Address,
    batch: number, inputHeight: number, inputWidth: number, channels: number, outputHeight: number, outputWidth: number,
    windowHeight: number, windowWidth: number, strideHeight: number, strideWidth: number,
  ): void;
  gatherRows(
    input: Address, indices: Address, result: Address, outer: number, size: number, inner: number, count: number,
  ): void;
  reverseRows(input: Address, result: Address, outer: number, size: number, inner: number): void;
  copyBlock(
    source: Address, target: Address, size0: number, size1: number, size2: number, size3: number,
    sourceStep0: number, sourceStep1: number, sourceStep2: number,
    targetStep0: number, targetStep1: number, targetStep2: number,
  ): void;
  fillNumbers(target: Address, count: number, bits: number): void;
}
