import type * as tf from "@tensorflow/tfjs";

/** What TensorFlow.js's backend for the addon gives beside its kernels. */
export interface NativeBackend extends tf.KernelBackend {
  /** Runs one TensorFlow operation. */
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OperationAttribute[], inputs: readonly tf.TensorInfo[], outputs: number): tf.Tensor[];
  readonly isUsingGpuDevice: boolean;
}

/** An attribute as the addon takes it: `type` is TensorFlow's code of the attribute's type. */
export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The addon's exports that are used here: codes of attribute types, and versions. */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
}
