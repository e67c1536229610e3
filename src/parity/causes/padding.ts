// Windows padded otherwise than TensorFlow does: padding is put around the map by hand, and the layer then has none.
import type { FloatMap } from '../../evaluator/map.js';
import { averagePool2d } from '../../evaluator/pooling.js';
import type { LayerOf } from '../../network/layer.js';
import { outputSize, padBefore } from '../../network/padding.js';
import type { BoundedMap } from '../bounds/bounded.js';
import type { Change, Segment } from '../segment.js';
import { framed, type Margins } from './changes.js';

/** A layer whose window moves. */
export type Windowed = LayerOf<'Conv2D' | 'DepthwiseConv2D' | 'MaxPooling2D' | 'AveragePooling2D'>;

/** Cells under the window, along height and width. */
export function windowOf({ op, attrs, weights }: Windowed): readonly [number, number] {
  if (op === 'MaxPooling2D' || op === 'AveragePooling2D') return attrs.poolSize;
  const [height, width] = (weights.kernel ?? weights.depthwise_kernel)!;
  return [height!, width!];
}

/** Layers of the segment with `same` padding and a window of more than one cell. */
export function paddedLayers({ layers }: Segment): Windowed[] {
  return layers.filter((layer): layer is Windowed => {
    const windows = ['Conv2D', 'DepthwiseConv2D', 'MaxPooling2D', 'AveragePooling2D'];
    if (!windows.includes(layer.op)) return false;
    const windowed = layer as Windowed;
    const [height, width] = windowOf(windowed);
    return windowed.attrs.padding === 'same' && height * width > 1;
  });
}

/** Padding before and after along one axis of `size` cells. */
export type PaddingRule = (size: number, window: number, stride: number) => readonly [before: number, after: number];

/** TensorFlow's `same`. */
export const samePadding: PaddingRule = (size, window, stride) => {
  const total = Math.max(0, (outputSize(size, window, stride, 'same')! - 1) * stride + window - size);
  const before = padBefore(size, window, stride, 'same');
  return [before, total - before];
};

/** The layers padded by `rule`. `counted`: cells of padding are zeros that pooling sees. */
export function paddedBy(layers: readonly Windowed[], rule: PaddingRule, counted: boolean): Change {
  const changes = layers.map((layer) => ({ layer, margins: (x: FloatMap) => marginsOf(layer, x, rule) }));
  return {
    layers: new Map(
      layers.map((layer) => [layer.name, { ...layer, attrs: { ...layer.attrs, padding: 'valid' } } as Windowed]),
    ),
    given: new Map(
      changes.map(({ layer, margins }) => [
        layer.name,
        ([x]: readonly BoundedMap[]) => [framed(x!, margins(x!.value), fillOf(layer, counted))],
      ]),
    ),
    gives: new Map(
      changes
        .filter(({ layer }) => layer.op === 'AveragePooling2D' && !counted)
        .map(({ layer, margins }) => [
          layer.name,
          (y: BoundedMap, [x]: readonly BoundedMap[]) => withoutPadding(layer, y, x!, margins(x!.value)),
        ]),
    ),
  };
}

const fillOf = ({ op }: Windowed, counted: boolean): number =>
  op === 'MaxPooling2D' && !counted ? Number.NEGATIVE_INFINITY : 0;

function marginsOf(layer: Windowed, { shape }: FloatMap, rule: PaddingRule): Margins {
  const window = windowOf(layer);
  const [rows, columns] = [0, 1].map((axis) => rule(shape[axis]!, window[axis]!, layer.attrs.strides[axis]!));
  return { rows: rows!, columns: columns! };
}

/** A mean over all cells under the window, those of padding left out of the count. */
function withoutPadding(layer: Windowed, y: BoundedMap, x: BoundedMap, margins: Margins): BoundedMap {
  const ones = { data: new Float64Array(x.value.data.length).fill(1), shape: x.value.shape };
  const present = framed({ value: ones, error: x.error }, margins, 0).value;
  const shares = averagePool2d(present, { ...(layer as LayerOf<'AveragePooling2D'>).attrs, padding: 'valid' }).data;
  return {
    value: { data: y.value.data.map((value, i) => value / shares[i]!), shape: y.value.shape },
    error: y.error.map((error, i) => error / shares[i]!),
  };
}

/** Whether `rule` pads what the layer is given otherwise than `same` does. */
export function paddedOtherwise({ outputs }: Segment, layer: Windowed, rule: PaddingRule): boolean {
  const x = outputs[0]!.get(layer.inputs[0]!)!.value;
  return JSON.stringify(marginsOf(layer, x, rule)) !== JSON.stringify(marginsOf(layer, x, samePadding));
}
