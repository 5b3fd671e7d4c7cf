/** The part of ONNX that a classifier needs (https://github.com/onnx/onnx, onnx.proto3), as plain objects. */

export type OnnxElement = "float" | "int64";

/** Numbers of TensorProto.DataType. */
export const elementNumbers: Readonly<Record<OnnxElement, number>> = { float: 1, int64: 7 };

/** A size, the name of one that is free, or neither said. */
export type OnnxDimension = number | string | undefined;

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; 0 where it is no tensor. */
  readonly element: number;
  /** undefined where no shape is said. */
  readonly shape: readonly OnnxDimension[] | undefined;
}

/** A constant, little-endian and row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Whole numbers, unless `float` says otherwise. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}
