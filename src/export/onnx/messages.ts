// ONNX's messages (onnx/onnx.proto, IR version 8) as tables of fields: those that are written here, under ONNX's own
// names. Read first: protobuf.ts.
import { type MessageOf, many, one } from './protobuf.js';

const TEXT_ENTRY = { key: one(1, 'text'), value: one(2, 'text') };

const OPERATOR_SET = { domain: one(1, 'text'), version: one(2, 'integer') };

const ATTRIBUTE = {
  name: one(1, 'text'),
  f: one(2, 'float'),
  i: one(3, 'integer'),
  s: one(4, 'text'),
  ints: many(8, 'integer'),
  type: one(20, 'integer'),
};

const NODE = {
  input: many(1, 'text'),
  output: many(2, 'text'),
  name: one(3, 'text'),
  op_type: one(4, 'text'),
  attribute: many(5, ATTRIBUTE),
};

const TENSOR = {
  dims: many(1, 'integer'),
  data_type: one(2, 'integer'),
  name: one(8, 'text'),
  raw_data: one(9, 'bytes'),
};

const DIMENSION = { dim_value: one(1, 'integer'), dim_param: one(2, 'text') };

const TENSOR_TYPE = { elem_type: one(1, 'integer'), shape: one(2, { dim: many(1, DIMENSION) }) };

const VALUE_INFO = { name: one(1, 'text'), type: one(2, { tensor_type: one(1, TENSOR_TYPE) }) };

const GRAPH = {
  node: many(1, NODE),
  name: one(2, 'text'),
  initializer: many(5, TENSOR),
  input: many(11, VALUE_INFO),
  output: many(12, VALUE_INFO),
};

/** A whole file. */
export const MODEL = {
  ir_version: one(1, 'integer'),
  producer_name: one(2, 'text'),
  opset_import: many(8, OPERATOR_SET),
  metadata_props: many(14, TEXT_ENTRY),
  graph: one(7, GRAPH),
};

/** A whole file as plain data. */
export type ModelProto = MessageOf<typeof MODEL>;

/** The operations, their constants, what goes in and what comes out. */
export type GraphProto = MessageOf<typeof GRAPH>;

/** One operation. */
export type NodeProto = MessageOf<typeof NODE>;

/** An argument of an operation that is fixed. */
export type AttributeProto = MessageOf<typeof ATTRIBUTE>;

/** A constant. */
export type TensorProto = MessageOf<typeof TENSOR>;

/** An input or output: its name, its type, its shape. */
export type ValueInfoProto = MessageOf<typeof VALUE_INFO>;

/** One size of a shape: a number, or a name for what is not known. */
export type Dimension = MessageOf<typeof DIMENSION>;

/** `TensorProto.DataType`, as far as it is written here. */
export const DATA_TYPE = { float: 1, int64: 7 } as const;

/** `AttributeProto.AttributeType`, as far as it is written here. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** A number with a fraction. */
export const float = (name: string, value: number): AttributeProto => ({
  name,
  f: Math.fround(value),
  type: ATTRIBUTE_TYPE.float,
});

/** A whole number. */
export const integer = (name: string, value: number): AttributeProto => ({ name, i: value, type: ATTRIBUTE_TYPE.int });

/** Whole numbers. */
export const integers = (name: string, values: readonly number[]): AttributeProto => ({
  name,
  ints: values,
  type: ATTRIBUTE_TYPE.ints,
});

/** A word. */
export const text = (name: string, value: string): AttributeProto => ({ name, s: value, type: ATTRIBUTE_TYPE.string });
