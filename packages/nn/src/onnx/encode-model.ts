import { PbfWriter } from "pbf";
import { elementNumbers, type OnnxAttribute, type OnnxDimension, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from "./model.js";

/** The version of the format itself, of the time of opset 17: what reads that opset reads it. */
const formatVersion = 8;

/** The bytes of a .onnx file. The same model gives the same bytes. Field numbers are those of onnx.proto3. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, formatVersion);
  pbf.writeStringField(2, "kdf");
  pbf.writeMessage(7, writeGraph, model);
  pbf.writeMessage(8, writeOpset, model.opset);
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
}

function writeGraph({ nodes, name, constants, inputs, outputs }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const constant of constants) pbf.writeMessage(5, writeTensor, constant);
  for (const input of inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of outputs) pbf.writeMessage(12, writeValue, output);
}

function writeNode({ inputs, outputs, operation, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, `${operation}:${outputs[0]}`);
  pbf.writeStringField(4, operation);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, OnnxAttribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const type = (number: number): void => pbf.writeVarintField(20, number);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    type(2);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    type(3);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    type(1);
  } else {
    for (const item of value) pbf.writeVarintField(8, item);
    type(7);
  }
}

function writeTensor({ shape, data, name }: OnnxTensor, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, elementNumbers[data instanceof Float32Array ? "float" : "int64"]);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue({ name, element, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (_, type) => {
    type.writeMessage(1, (__, tensor) => {
      tensor.writeVarintField(1, element);
      if (shape !== undefined) tensor.writeMessage(2, writeShape, shape);
    }, undefined);
  }, undefined);
}

function writeShape(shape: readonly OnnxDimension[], pbf: PbfWriter): void {
  for (const size of shape) {
    pbf.writeMessage(1, (_, dimension) => {
      if (typeof size === "number") dimension.writeVarintField(1, size);
      else if (size !== undefined) dimension.writeStringField(2, size);
    }, undefined);
  }
}

function writeOpset(version: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, "");
  pbf.writeVarintField(2, version);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}
