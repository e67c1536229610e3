// Nodes of a TensorFlow graph as TensorFlow.js reads them: GraphDef in protobuf's JSON form, where integers are
// strings and strings are base64. Only the attributes that TensorFlow.js looks at are written. Read first; then graph.ts.
import { encodeText } from '../../core/bytes.js';
import type { Padding, Pair, Shape } from '../../network/layer.js';

/** One attribute, tagged with its type as in TensorFlow's AttrValue. */
export type Attribute =
  | { readonly s: string }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: 'DT_FLOAT' | 'DT_INT32' }
  | { readonly shape: TensorShape }
  | { readonly list: { readonly i: readonly string[] } | { readonly s: readonly string[] } }
  | { readonly tensor: { readonly dtype: 'DT_FLOAT' | 'DT_INT32'; readonly tensorShape: TensorShape } };

/** TensorFlow's TensorShapeProto; `-1` is an unknown dimension. */
export interface TensorShape {
  readonly dim: readonly { readonly size: string }[];
}

/** One operation of the graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of nodes. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** A string attribute. */
export const text = (value: string): Attribute => ({ s: base64(value) });

/** A list of strings. */
export const texts = (values: readonly string[]): Attribute => ({ list: { s: values.map(base64) } });

const base64 = (value: string): string => btoa(String.fromCharCode(...encodeText(value)));

/** A list of integers. */
export const integers = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } });

/** A shape with the batch in front, unknown dimensions as `-1`. */
export function batched(shape: Shape): TensorShape {
  return { dim: [null, ...shape].map((dim) => ({ size: String(dim ?? -1) })) };
}

/** The shape of a constant. */
export function fixed(shape: readonly number[]): TensorShape {
  return { dim: shape.map((dim) => ({ size: String(dim) })) };
}

/** Window attributes common to convolutions and pooling; height and width stand in the middle of NHWC. */
export function windowAttributes({ strides, padding }: { strides: Pair; padding: Padding }): Record<string, Attribute> {
  return { strides: integers([1, ...strides, 1]), padding: text(padding.toUpperCase()), data_format: text('NHWC') };
}
