// Maps held as several nodes, each with some of the channels: what every group of a convolution takes is then there
// without a slice, and what the groups give needs no concat. Read first: builder.ts.
import { innerName } from '../inner-name.js';
import { addIntegers, addNode, type GraphBuilder } from './builder.js';
import type { Range } from './parts.js';

/** A node and the channels of a layer's output that it gives. */
export interface Piece extends Range {
  readonly node: string;
  /** No value is below zero, whatever the input: relu changes nothing. */
  readonly positive: boolean;
}

/** The output of a layer. */
export interface Value {
  /** The layer's name, which a node that gives all of it bears. */
  readonly layer: string;
  /** Axes with the batch: channels are the last. */
  readonly rank: number;
  readonly channels: number;
  /** First to last channel. */
  readonly pieces: readonly Piece[];
  /** What has been cut or joined for someone before, by `begin:end`. */
  readonly made: Map<string, string>;
}

/** A value that has just been made. */
export function madeOf(layer: string, rank: number, pieces: readonly Piece[]): Value {
  return { layer, rank, channels: pieces.at(-1)!.end, pieces, made: new Map() };
}

/** A value in a node of the layer's own name. */
export function wholeValue(layer: string, rank: number, channels: number, positive = false): Value {
  return madeOf(layer, rank, [{ node: layer, begin: 0, end: channels, positive }]);
}

/** The name for one of several nodes that together are a layer's output. */
export const partName = ({ layerNames }: GraphBuilder, layer: string, { begin, end }: Range): string =>
  innerName(layerNames, layer, `channels_${begin}_${end}`);

/** A node that gives these channels: what is there, or cut and joined once for all that ask for it. */
export function take(builder: GraphBuilder, value: Value, { begin, end }: Range): string {
  const key = `${begin}:${end}`;
  const known = value.made.get(key);
  if (known !== undefined) return known;
  const parts = value.pieces
    .filter((piece) => piece.begin < end && begin < piece.end)
    .map((piece) => cut(builder, value, piece, { begin, end }));
  const node = parts.length === 1 ? parts[0]! : joined(builder, value, parts, { begin, end });
  value.made.set(key, node);
  return node;
}

/** A node that gives every channel. */
export const takeWhole = (builder: GraphBuilder, value: Value): string =>
  take(builder, value, { begin: 0, end: value.channels });

/** How many slices and inputs of concats it takes to have these channels at hand. */
export function copiesFor({ pieces }: Pick<Value, 'pieces'>, { begin, end }: Range): number {
  const taken = pieces.filter((piece) => piece.begin < end && begin < piece.end);
  const cuts = taken.filter((piece) => piece.begin < begin || end < piece.end).length;
  return cuts + (taken.length > 1 ? taken.length : 0);
}

function cut(builder: GraphBuilder, value: Value, piece: Piece, range: Range): string {
  const [begin, end] = [Math.max(range.begin, piece.begin), Math.min(range.end, piece.end)];
  if (begin === piece.begin && end === piece.end) return piece.node;
  const key = `${begin}:${end}`;
  const known = value.made.get(key);
  if (known !== undefined) return known;
  const name = partName(builder, value.layer, { begin, end });
  value.made.set(key, name);
  // All of every axis but the last: size -1 reaches to the end.
  const before = value.rank - 1;
  const first = addIntegers(builder, name, 'begin', [...Array<number>(before).fill(0), begin - piece.begin]);
  const size = addIntegers(builder, name, 'size', [...Array<number>(before).fill(-1), end - begin]);
  return addNode(builder, name, 'Slice', [piece.node, first, size]);
}

function joined(builder: GraphBuilder, value: Value, parts: readonly string[], range: Range): string {
  const all = range.begin === 0 && range.end === value.channels;
  const name = all ? value.layer : partName(builder, value.layer, range);
  const axis = addIntegers(builder, name, 'axis', value.rank - 1);
  return addNode(builder, name, 'ConcatV2', [...parts, axis], { N: { i: String(parts.length) } });
}
