import { PbfWriter } from "pbf";

/** Element types of TensorProto. */
export const ONNX_FLOAT = 1;
export const ONNX_INT64 = 7;
export const ONNX_STRING = 8;
export const ONNX_DOUBLE = 11;

/** Value of an attribute, by its kind. */
export type OnnxAttribute =
  | { floats: number[] }
  | { ints: number[] }
  | { strings: readonly string[] }
  | { string: string }
  | { int: number }
  | { doubles: number[] };

/** A model of one node on one tensor. */
export interface OnnxModel {
  operator: string;
  attributes: Record<string, OnnxAttribute>;
  /** Tensors with their element types and number of columns (undefined for a vector). */
  input: { name: string; type: number; columns: number };
  outputs: { name: string; type: number; columns: number | undefined }[];
  metadata: Record<string, string>;
}

// AttributeProto.AttributeType
const KIND = { int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/** Bytes of an ONNX ModelProto (onnx.proto of ONNX 1.12: IR 8, ai.onnx 15, ai.onnx.ml 3). */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  pbf.writeStringField(2, "churn-workbench");
  pbf.writeMessage(7, writeGraph, model);
  for (const [domain, version] of [
    ["", 15],
    ["ai.onnx.ml", 3],
  ] as const) {
    pbf.writeMessage(8, writeOperatorSet, { domain, version });
  }
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
}

function writeOperatorSet({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph(model: OnnxModel, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeNode, model);
  pbf.writeStringField(2, "trees");
  pbf.writeMessage(11, writeValueInfo, model.input);
  for (const output of model.outputs) pbf.writeMessage(12, writeValueInfo, output);
}

function writeNode({ operator, attributes, input, outputs }: OnnxModel, pbf: PbfWriter): void {
  pbf.writeStringField(1, input.name);
  for (const { name } of outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(3, "trees");
  pbf.writeStringField(4, operator);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, entry);
  pbf.writeStringField(7, "ai.onnx.ml");
}

function writeAttribute([name, value]: [string, OnnxAttribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if ("string" in value) {
    pbf.writeStringField(4, value.string);
    pbf.writeVarintField(20, KIND.string);
  } else if ("int" in value) {
    pbf.writeVarintField(3, value.int);
    pbf.writeVarintField(20, KIND.int);
  } else if ("floats" in value) {
    pbf.writePackedFloat(7, value.floats);
    pbf.writeVarintField(20, KIND.floats);
  } else if ("ints" in value) {
    pbf.writePackedVarint(8, value.ints);
    pbf.writeVarintField(20, KIND.ints);
  } else if ("strings" in value) {
    for (const text of value.strings) pbf.writeStringField(9, text);
    pbf.writeVarintField(20, KIND.strings);
  } else {
    pbf.writeMessage(5, writeDoubles, value.doubles);
    pbf.writeVarintField(20, KIND.tensor);
  }
}

function writeDoubles(doubles: number[], pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [doubles.length]);
  pbf.writeVarintField(2, ONNX_DOUBLE);
  pbf.writePackedDouble(10, doubles);
}

function writeValueInfo(tensor: { name: string; type: number; columns: number | undefined }, pbf: PbfWriter): void {
  pbf.writeStringField(1, tensor.name);
  pbf.writeMessage(2, writeType, tensor);
}

function writeType(tensor: { type: number; columns: number | undefined }, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, tensor);
}

function writeTensorType({ type, columns }: { type: number; columns: number | undefined }, pbf: PbfWriter): void {
  pbf.writeVarintField(1, type);
  pbf.writeMessage(2, writeShape, columns);
}

function writeShape(columns: number | undefined, pbf: PbfWriter): void {
  // the number of rows has a name, not a value
  pbf.writeMessage(1, (name: string, dim) => dim.writeStringField(2, name), "rows");
  if (columns !== undefined) pbf.writeMessage(1, (value: number, dim) => dim.writeVarintField(1, value), columns);
}
