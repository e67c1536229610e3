// The kernels of a grouped convolution stand in another order: two exchanged, reversed, or rotated.
import type { LayerOf } from '../../../network/layer.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { groupsTouched, pairs } from '../slices.js';

/** Which ones, is said. Files mapped by order, and programs that write groups in another order, have this. */
export const groupKernelsExchanged: KnownCause = {
  id: 'group-kernels-exchanged',
  prior: 3,
  *variations(segment) {
    for (const { name, convs } of groupsTouched(segment)) {
      for (const { order, words } of ordersOf(convs)) {
        yield {
          words: `The kernels of ${name} are in another order in the checkpoint than the reference used them in: ${words}`,
          fix: 'Check which layer each kernel of the file belongs to (a file mapped by order, or written group by group in another order); load it by name, or write it again.',
          change: { weights: takenFrom(segment, convs, order) },
        };
      }
    }
  },
};

type Convolution = LayerOf<'Conv2D'>;

const takenFrom = (segment: Segment, convs: readonly Convolution[], order: readonly Convolution[]) =>
  new Map(convs.flatMap((conv, i) => (order[i] === conv ? [] : [[conv.name, weightsOf(segment, order[i]!.name)]])));

function* ordersOf(convs: readonly Convolution[]): Iterable<{ order: readonly Convolution[]; words: string }> {
  for (const [a, b] of pairs(convs)) {
    const order = convs.map((conv) => (conv === a ? b : conv === b ? a : conv));
    yield { order, words: `those of the groups ${convs.indexOf(a)} and ${convs.indexOf(b)} are exchanged` };
  }
  if (convs.length < 3) return;
  yield { order: convs.toReversed(), words: 'they are reversed' };
  for (let by = 1; by < convs.length; by++) {
    const order = convs.map((_, i) => convs[(i + by) % convs.length]!);
    yield { order, words: `group i has the kernel of group i + ${by}` };
  }
}
