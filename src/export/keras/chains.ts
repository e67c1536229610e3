// Layers of the article that are several of Keras's, one after another. Read first: layer.ts.
import type { LayerOf, PoolAttrs, Shape } from '../../network/layer.js';
import { type KerasLayer, type KerasNames, layerNamed, type Parts } from './layer.js';

/** A link of a chain: what its name ends with, what it is, and what it gives. */
type Link = readonly [suffix: string, parts: Parts, outputShape: Shape];

/** Each takes what the one before gives. */
function chain(name: string, input: string, links: readonly Link[]): KerasLayer[] {
  return links.map(([suffix, parts, outputShape], i) => {
    const inputs = [i === 0 ? input : `${name}${links[i - 1]![0]}`];
    return { name: `${name}${suffix}`, inputs, merges: false, weights: [], outputShape, ...parts };
  });
}

/**
 * Reshaped to `(groups, n)`, transposed, and back: as the article's Lambda does it, in layers that Keras has. Those must know
 * the height and the width. Where they are open the channels are taken one by one, which Keras has no layer for.
 */
export function shuffling(
  { name, inputs, attrs, outputShape }: LayerOf<'ChannelShuffle'>,
  names: KerasNames,
): KerasLayer[] {
  const input = names.nameOf(inputs[0]!);
  const [channels, map] = [outputShape.at(-1)!, outputShape.slice(0, -1)];
  const n = channels / attrs.groups;
  if (map.includes(null)) {
    const order = Array.from({ length: channels }, (_, i) => (i % attrs.groups) * n + Math.floor(i / attrs.groups));
    return [layerNamed(name, [input], names, { className: 'Take', config: { axis: -1 }, operands: [order] })];
  }
  const reshape = (target_shape: Shape): Parts => ({ className: 'Reshape', config: { target_shape } });
  const dims = [...map.map((_, i) => i + 1), map.length + 2, map.length + 1];
  const [split, turned] = [[...map, attrs.groups, n], [...map, n, attrs.groups]]; // biome-ignore format: one line
  return chain(names.nameOf(name), input, [
    ['_split', reshape(split), split],
    ['_permute', { className: 'Permute', config: { dims } }, turned],
    ['', reshape(outputShape), outputShape],
  ]);
}

/** The configuration of a pooling. */
export const pooling = ({ poolSize, strides, padding }: PoolAttrs): KerasLayer['config'] => ({
  pool_size: poolSize,
  strides,
  padding,
  data_format: 'channels_last',
});

/**
 * Windows of 3 with strides of 2 on an even number of rows end half a window below the last. There Keras up to 3.15 averages a
 * copy of the last row, too, on PyTorch. With a row more above, `same` adds as much on either side, which it counts nowhere;
 * and the first row of the result, which is the added one's, is cut off. Columns likewise.
 */
export function averaging(
  { name, attrs, inputs, outputShape }: LayerOf<'AveragePooling2D'>,
  names: KerasNames,
): KerasLayer[] {
  const [input, shape] = [names.nameOf(inputs[0]!), names.shapeOf(inputs[0]!)];
  const whole: Parts = { className: 'AveragePooling2D', config: pooling(attrs) };
  const more = shape.slice(0, 2).map((size, axis) => (size !== null && isLopsided(size, axis, attrs) ? 1 : 0));
  if (!more.includes(1)) return [layerNamed(name, [input], names, whole)];
  const sides = more.map((rows) => [rows, 0]);
  const grown = (sizes: Shape): Shape => sizes.map((size, axis) => (size === null ? null : size + (more[axis] ?? 0)));
  return chain(names.nameOf(name), input, [
    ['_padded', { className: 'ZeroPadding2D', config: { padding: sides, data_format: 'channels_last' } }, grown(shape)],
    ['_whole', whole, grown(outputShape)],
    ['', { className: 'Cropping2D', config: { cropping: sides, data_format: 'channels_last' } }, outputShape],
  ]);
}

/** Whether `same` adds one more behind than before, as windows of 3 with strides of 2 have it where the size is even. */
const isLopsided = (size: number, axis: number, { poolSize, strides, padding }: PoolAttrs): boolean =>
  padding === 'same' && poolSize[axis] === 3 && strides[axis] === 2 && size % 2 === 0;
