// The kernels of a depthwise convolution belong to other channels: which, is recovered channel by channel.

import { tensor } from '../../../core/tensor.js';
import type { LayerOf } from '../../../network/layer.js';
import { boundLayer } from '../../bounds/bounds.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { layersOf, withWeights } from '../changes.js';
import { withKernel } from '../kernels.js';
import { describeOrder, type Order, recoverOrder } from '../permutation.js';

/** Where the shuffle has been folded into the kernels, or channels were counted otherwise. */
export const depthwiseOrder: KnownCause = {
  id: 'depthwise-order',
  prior: 2,
  *variations(segment) {
    for (const layer of layersOf(segment, 'DepthwiseConv2D')) {
      if (segment.target !== layer) continue;
      const order = recover(segment, layer);
      if (order === undefined || order.every((from, c) => from === c)) continue;
      yield {
        words: `The kernels of ${layer.name} belong to other channels in the reference than in the checkpoint: they are ${describeOrder(order)}`,
        fix: 'Check the order in which the channels of the depthwise kernel are written, and whether a channel shuffle was folded into it.',
        change: withWeights(segment, [layer], (weights) =>
          withKernel(weights, ({ data, shape }) => {
            const channels = order.length;
            return tensor(
              data.map((_, i) => data[i - (i % channels) + order[i % channels]!]!),
              shape,
            );
          }),
        ),
      };
    }
  },
};

/** More tries than this, of a kernel on a channel, are not made. */
const MOST_TRIES = 20_000;

/** For each channel the kernel that gives what was recorded. */
function recover(segment: Segment, layer: LayerOf<'DepthwiseConv2D'>): Order | undefined {
  const channels = layer.outputShape.at(-1)!;
  const known = new Map<number, boolean>();
  return recoverOrder(channels, (kernel, channel) => {
    const key = kernel * channels + channel;
    const before = known.get(key);
    if (before !== undefined || known.size >= MOST_TRIES) return before ?? false;
    const gives = givesChannel(segment, layer, channel, kernel);
    known.set(key, gives);
    return gives;
  });
}

/** Whether kernel `k` on channel `c` gives channel `c` as recorded. */
function givesChannel(segment: Segment, layer: LayerOf<'DepthwiseConv2D'>, c: number, k: number): boolean {
  const { depthwise_kernel: kernel, bias } = weightsOf(segment, layer.name);
  const [rows, columns, channels] = kernel!.shape as readonly [number, number, number];
  const one = Float32Array.from({ length: rows * columns }, (_, cell) => kernel!.data[cell * channels + k]!);
  const weights = {
    depthwise_kernel: tensor(one, [rows, columns, 1, 1]),
    ...(bias && { bias: tensor(bias.data.slice(k, k + 1), [1]) }),
  };
  const { values, shape } = segment.recording;
  const size = values.length / shape[0]!;
  return segment.outputs.every((of, image) => {
    const x = of.get(layer.inputs[0]!)!;
    const channel = (data: Float64Array): Float64Array =>
      Float64Array.from({ length: data.length / channels }, (_, i) => data[i * channels + c]!);
    const map = {
      value: { data: channel(x.value.data), shape: [...x.value.shape.slice(0, 2), 1] },
      error: channel(x.error),
    };
    const alone = { ...layer, weights: { depthwise_kernel: [rows, columns, 1, 1], ...(bias && { bias: [1] }) } };
    const { value, error } = boundLayer(alone, [map], weights, segment.rounding);
    return value.data.every((v, i) => Math.abs(v - values[image * size + i * channels + c]!) <= error[i]!);
  });
}
