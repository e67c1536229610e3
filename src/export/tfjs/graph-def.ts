// TensorFlow's GraphDef in the JSON form that TensorFlow.js reads: 64-bit integers as decimal text, byte strings as
// base64. Read first in this folder; then layer-steps.ts, graph.ts, write.ts.
import type { Dim, Pair } from '../../network/layer.js';

/** TensorFlow's names of the types used here. */
export type DataType = 'DT_FLOAT' | 'DT_INT32';

/** A shape; an unknown dimension has size `-1`. A scalar's has no `dim`. */
export interface TensorShape {
  readonly dim?: readonly { readonly size: string }[];
}

/** The value of an attribute: exactly one of these. */
export interface AttrValue {
  readonly s?: string;
  readonly i?: string;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: DataType;
  readonly shape?: TensorShape;
  readonly list?: { readonly i: readonly string[] };
  readonly tensor?: { readonly dtype: DataType; readonly tensorShape: TensorShape };
}

/** One operation. Its output goes by its name. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** A whole graph. `versions.producer` 1: nothing in these graphs depends on a later version's meaning. */
export interface GraphDef {
  readonly node: readonly NodeDef[];
  readonly versions: { readonly producer: number };
}

/** `null` becomes -1. */
export function tensorShape(shape: readonly Dim[]): TensorShape {
  return shape.length === 0 ? {} : { dim: shape.map((dim) => ({ size: String(dim ?? -1) })) };
}

/** A byte string. ASCII only, which is all that attribute values are. */
export const stringAttr = (text: string): AttrValue => ({ s: btoa(text) });

/** A number per dimension of an NHWC map: 1 for the batch and the channels. */
export const mapAttr = ([height, width]: Pair): AttrValue => ({
  list: { i: [1, height, width, 1].map(String) },
});
