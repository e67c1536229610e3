// The channels of a layer's output stand in another order: which, is recovered from the values.

import type { Layer, LayerOf } from '../../../network/layer.js';
import { shuffleOrder } from '../../../network/shuffle-order.js';
import type { Segment } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { moved, reordered, withOutputs } from '../changes.js';
import { describeOrder, namedOrders, type Order, recoverOrder } from '../permutation.js';

/** Each channel is compared with each: 16 million comparisons at the most. ImageNet has 1,000 classes. */
const MOST_CHANNELS = 4096;

/** Classes in another order are this, too. */
export const channelOrder: KnownCause = {
  id: 'channel-order',
  prior: 1,
  *variations(segment) {
    const { target } = segment;
    const channels = segment.recording.shape.at(-1)!;
    if (channels > MOST_CHANNELS || !sameSize(segment)) return;
    const order = recoverOrder(channels, (from, to) => isChannel(segment, from, to), likelyOrders(target, channels));
    if (order === undefined || order.every((from, c) => from === c)) return;
    const told = target.op === 'ChannelShuffle' ? toldOfShuffle(target, order) : `they are ${describeOrder(order)}`;
    yield {
      words: `The channels of ${target.name} have the right values in another order in the reference: ${told}`,
      fix: 'Find where the reference, or whoever wrote the checkpoint, puts channels (or classes) in another order, and record or write it again.',
      change: withOutputs([target], (x) => moved(x, (map) => reordered(map, order))),
    };
  },
};

function sameSize({ outputs, target, recording: { values } }: Segment): boolean {
  return outputs.reduce((sum, of) => sum + of.get(target.name)!.value.data.length, 0) === values.length;
}

/** Whether recorded channel `to` is computed channel `from`, in every image and at every position. */
function isChannel({ outputs, target, recording: { values, shape } }: Segment, from: number, to: number): boolean {
  const channels = shape.at(-1)!;
  let start = 0;
  for (const of of outputs) {
    const { value, error } = of.get(target.name)!;
    for (let at = 0; at < value.data.length; at += channels) {
      if (!(Math.abs(value.data[at + from]! - values[start + at + to]!) <= error[at + from]!)) return false;
    }
    start += value.data.length;
  }
  return true;
}

/** Named orders; of a shuffle, those of what it is given, as they look after it. */
function likelyOrders(target: Layer, channels: number): Order[] {
  const orders = namedOrders(channels);
  if (target.op !== 'ChannelShuffle') return orders;
  const given = shuffleOrder(channels, target.attrs.groups);
  return orders.map((order) => order.map((from) => given.indexOf(from)));
}

/** A shuffle is told from what it is given. */
function toldOfShuffle({ attrs, name }: LayerOf<'ChannelShuffle'>, order: Order): string {
  const given = shuffleOrder(order.length, attrs.groups);
  return `from what ${name} is given, they are ${describeOrder(order.map((from) => given[from]!))}`;
}
