// Why a mistake cannot be seen in what was recorded: what it would change is not there.
import type { FloatMap } from '../../evaluator/map.js';
import type { Op } from '../../network/layer.js';
import { type Segment, weightsOf } from '../segment.js';

/** The reason where it is known of this mistake, and holds for these values. */
interface Reason {
  readonly words: string;
  holds(segment: Segment): boolean;
}

const nothingBelowZero = (ops: readonly Op[]) => (segment: Segment) =>
  givenTo(segment, ops).every(({ data }) => data.every((value) => value >= 0));

/** Whether what the segment's layers of these classes are given has one cell only. */
const oneCell = (ops: readonly Op[]) => (segment: Segment) =>
  givenTo(segment, ops).every(({ shape: [height, width] }) => height === 1 && width === 1);

const REASONS: Readonly<Record<string, Reason>> = {
  'max-pool-pads-zeros': {
    words: 'no value it is given is below zero (after a relu), so that zeros never win',
    holds: nothingBelowZero(['MaxPooling2D']),
  },
  'global-pool': {
    words: 'its map is 1 x 1, where average and maximum coincide',
    holds: oneCell(['GlobalMaxPooling2D', 'GlobalAveragePooling2D']),
  },
  relu6: {
    words: 'no value is above 6',
    holds: ({ outputs, layers }) =>
      outputs.every((of) => layers.every(({ name }) => of.get(name)!.value.data.every((value) => value <= 6))),
  },
  'relu-missing': { words: 'no value is below zero', holds: nothingBelowZero(['Activation']) },
  'relu-misplaced': {
    words: 'no value there is below zero',
    holds: ({ outputs, target }) => outputs.every((of) => of.get(target.name)!.value.data.every((v) => v >= 0)),
  },
  'kernel-flipped': {
    words: 'its map is 1 x 1, which meets the middle of the kernel only',
    holds: oneCell(['Conv2D', 'DepthwiseConv2D']),
  },
  'input-bgr': {
    words: 'the recorded input is grey: its channels are equal',
    holds: ({ model: { network }, outputs }) =>
      outputs.every((of) => of.get(network.input)!.value.data.every((v, i, all) => v === all[i - (i % 3)])),
  },
  'bias-missing': {
    words: 'the bias is zero',
    holds: (segment) =>
      segment.layers.every(({ name }) => weightsOf(segment, name).bias?.data.every((b) => b === 0) ?? true),
  },
  'shuffle-inverse': {
    words: 'groups · groups = channels, where a shuffle is its own inverse',
    holds: ({ layers }) =>
      layers.every(({ op, attrs, outputShape }) => op !== 'ChannelShuffle' || attrs.groups ** 2 === outputShape.at(-1)),
  },
};

/** What the segment's layers of these classes are given, of all images. */
function givenTo({ layers, outputs }: Segment, ops: readonly Op[]): FloatMap[] {
  const names = layers.filter(({ op }) => ops.includes(op)).flatMap(({ inputs }) => inputs);
  return outputs.flatMap((of) => names.map((name) => of.get(name)!.value));
}

/** Why, as words. `budget` is the largest share that a value uses of its bound with the mistake in it. */
export function whyHidden(cause: string | null, segment: Segment, same: boolean, budget: number): string {
  const reason = cause === null ? undefined : REASONS[cause];
  if (reason?.holds(segment)) return reason.words;
  if (same) return 'it gives the same values, bit for bit';
  return `its largest difference is ${(1 / budget).toPrecision(2)} times smaller than what float32 may be off by`;
}
