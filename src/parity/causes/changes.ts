// The pieces that changes are made of: which layers, padding by hand, values mapped one by one.
import type { FloatMap } from '../../evaluator/map.js';
import { relu } from '../../evaluator/pointwise.js';
import type { Layer, LayerOf, Op } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import type { BoundedMap } from '../bounds/bounded.js';
import { boundRelu } from '../bounds/pointwise.js';
import { type Change, type Segment, weightsOf } from '../segment.js';

/** The segment's layers of one class. */
export function layersOf<O extends Op>({ layers }: Segment, op: O): LayerOf<O>[] {
  return layers.filter((layer): layer is LayerOf<O> => layer.op === op);
}

/** More layers than this are only changed together: a mistake in one of many is looked for where more was recorded. */
const MOST_SINGLY = 8;

/** All of them, as a wrong program does it, then each alone, as a damaged file has it. */
export function choices<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length === 0) return [];
  return items.length === 1 || items.length > MOST_SINGLY ? [items] : [items, ...items.map((item) => [item])];
}

/** `a`, `a and b`, `a and 4 more`. */
export function named(layers: readonly { readonly name: string }[]): string {
  const [first, second] = layers.map(({ name }) => name);
  if (layers.length < 3) return layers.length === 2 ? `${first} and ${second}` : first!;
  return `${first} and ${layers.length - 1} more`;
}

/** These layers in the place of those of the same names. */
export function withLayers(layers: readonly Layer[]): Change {
  return { layers: new Map(layers.map((layer) => [layer.name, layer])) };
}

/** New weights for some layers, from what they have. */
export function withWeights(
  segment: Segment,
  layers: readonly Layer[],
  change: (weights: LayerWeights, layer: Layer) => LayerWeights,
): Change {
  return { weights: new Map(layers.map((layer) => [layer.name, change(weightsOf(segment, layer.name), layer)])) };
}

/** What some layers hand on, changed. */
export function withOutputs(
  layers: readonly Layer[],
  change: (output: BoundedMap, layer: Layer) => BoundedMap,
): Change {
  return { gives: new Map(layers.map((layer) => [layer.name, (output: BoundedMap) => change(output, layer)])) };
}

/** What some layers are handed, changed, each input alike. */
export function withInputs(layers: readonly Layer[], change: (input: BoundedMap, layer: Layer) => BoundedMap): Change {
  return {
    given: new Map(
      layers.map((layer) => [layer.name, (inputs: readonly BoundedMap[]) => inputs.map((x) => change(x, layer))]),
    ),
  };
}

/** A layer that hands on what it is given. */
export function passing({ name, inputs, outputShape }: Layer): Layer {
  return {
    op: 'Slice',
    name,
    inputs: inputs.slice(0, 1),
    attrs: { begin: 0, end: outputShape.at(-1)! },
    weights: {},
    outputShape,
  };
}

/** The rectifier, with its bound. */
export function rectified(x: BoundedMap): BoundedMap {
  return { value: relu(x.value), error: boundRelu(x) };
}

/** Both the values and their errors, moved alike. */
export function moved(x: BoundedMap, move: (map: FloatMap) => FloatMap): BoundedMap {
  return { value: move(x.value), error: move({ data: x.error, shape: x.value.shape }).data };
}

/** Cells before and after the map, along height and along width. */
export interface Margins {
  readonly rows: readonly [before: number, after: number];
  readonly columns: readonly [before: number, after: number];
}

/** A map with cells of `fill` around it. Negative margins cut. */
export function framed(x: BoundedMap, margins: Margins, fill: number): BoundedMap {
  return {
    value: frame(x.value, margins, fill),
    error: frame({ data: x.error, shape: x.value.shape }, margins, 0).data,
  };
}

function frame({ data, shape }: FloatMap, { rows, columns }: Margins, fill: number): FloatMap {
  const [height, width, channels] = shape as readonly [number, number, number];
  const size = [Math.max(0, height + rows[0] + rows[1]), Math.max(0, width + columns[0] + columns[1])] as const;
  const out = new Float64Array(size[0] * size[1] * channels).fill(fill);
  for (let row = 0; row < size[0]; row++) {
    for (let column = 0; column < size[1]; column++) {
      const [fromRow, fromColumn] = [row - rows[0], column - columns[0]];
      if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
      const from = (fromRow * width + fromColumn) * channels;
      out.set(data.subarray(from, from + channels), (row * size[1] + column) * channels);
    }
  }
  return { data: out, shape: [size[0], size[1], channels] };
}

/** A map whose cell `(row, column)` is the given map's cell at the position `from` names. */
export function rearranged(
  { data, shape }: FloatMap,
  from: (row: number, column: number, height: number, width: number) => readonly [number, number],
): FloatMap {
  const [height, width, channels] = shape as readonly [number, number, number];
  const out = new Float64Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [r, c] = from(row, column, height, width);
      const at = (r * width + c) * channels;
      out.set(data.subarray(at, at + channels), (row * width + column) * channels);
    }
  }
  return { data: out, shape };
}

/** Channel `c` of the result is channel `order[c]` of the map. */
export function reordered({ data, shape }: FloatMap, order: readonly number[]): FloatMap {
  const channels = order.length;
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += channels) {
    for (let c = 0; c < channels; c++) out[at + c] = data[at + order[c]!]!;
  }
  return { data: out, shape };
}
