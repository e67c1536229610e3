// Networks of no known shape, out of everything that the layer table can say: the engine must run any of them.
import * as fc from 'fast-check';
import { tensor } from '../../src/core/tensor.js';
import type { Network, Padding, Pair } from '../../src/network/layer.js';
import type { LayerWeights, Model } from '../../src/network/model.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  channelsOf,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
  shuffleChannels,
  sliceChannels,
} from '../../src/network/symbolic.js';
import { groupConv } from '../../src/shufflenet/group-conv.js';
import { noise } from '../helpers/models.js';

/** What one layer is made from: which kind, of which tensors so far, with which numbers. */
interface Draw {
  readonly kind: number;
  readonly from: number;
  readonly with: number;
  readonly window: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly groups: number;
  readonly channels: number;
}

const DRAW: fc.Arbitrary<Draw> = fc.record({
  kind: fc.nat(),
  from: fc.nat(5),
  with: fc.nat(5),
  window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  padding: fc.constantFrom('same', 'valid'),
  groups: fc.integer({ min: 1, max: 4 }),
  channels: fc.integer({ min: 1, max: 6 }),
});

/** Gives another tensor, or undefined where these cannot be put together. */
type Maker = (x: SymbolicTensor, draw: Draw, name: string, other: SymbolicTensor) => SymbolicTensor | undefined;

const fits = (x: SymbolicTensor, { window, padding }: Draw): boolean =>
  padding === 'same' || (x.shape[0]! >= window[0] && x.shape[1]! >= window[1]);

const KINDS: readonly Maker[] = [
  (x, draw, name) => {
    const { window, strides, padding, channels } = draw;
    const options = { name, filters: channels, kernelSize: window, strides, padding, useBias: channels % 2 === 0 };
    return fits(x, draw) ? conv2d(x, options) : undefined;
  },
  (x, { groups, channels, window, strides, padding }, name) => {
    const inChannels = channelsOf(x);
    if (inChannels % groups !== 0) return undefined;
    const slices = padding === 'same' ? 'own' : 'last';
    const outChannels = groups * channels;
    return groupConv(x, { inChannels, outChannels, groups, name, kernel: window, stride: strides, slices });
  },
  (x, draw, name) => {
    const { window, strides, padding } = draw;
    return fits(x, draw) ? depthwiseConv2d(x, { name, kernelSize: window, strides, padding }) : undefined;
  },
  (x, draw, name) => {
    const { window, strides, padding } = draw;
    return fits(x, draw) ? maxPooling2d(x, { name, poolSize: window, strides, padding }) : undefined;
  },
  (x, draw, name) => {
    const { window, strides, padding } = draw;
    return fits(x, draw) ? averagePooling2d(x, { name, poolSize: window, strides, padding }) : undefined;
  },
  (x, _, name) => batchNormalization(x, name),
  (x, _, name) => activation(x, 'relu', name),
  (x, { groups }, name) => (channelsOf(x) % groups === 0 ? shuffleChannels(x, groups, name) : undefined),
  (x, { from, channels }, name) => {
    const begin = from % channelsOf(x);
    return sliceChannels(x, begin, Math.min(channelsOf(x), begin + channels), name);
  },
  (x, _, name, other) => (sameMap(x, other) ? concatenate([x, other], name) : undefined),
  (x, _, name, other) => (sameMap(x, other) && channelsOf(x) === channelsOf(other) ? add([x, other], name) : undefined),
];

const sameMap = (a: SymbolicTensor, b: SymbolicTensor): boolean =>
  a.shape[0] === b.shape[0] && a.shape[1] === b.shape[1];

/** A network out of `draws`: each takes tensors from the last few. What cannot be put together is left out. */
function build(draws: readonly Draw[], size: readonly [number, number, number], head: boolean): Network {
  const tensors = [input(size)];
  draws.forEach((draw, i) => {
    const last = (back: number) => tensors[Math.max(0, tensors.length - 1 - back)]!;
    const made = KINDS[draw.kind % KINDS.length]!(last(draw.from), draw, `layer_${i}`, last(draw.with));
    if (made !== undefined) tensors.push(made);
  });
  const end = tensors.at(-1)!;
  if (!head) return networkOf(end, 'drawn');
  const pooled = globalPooling2d(end, draws.length % 2 === 0 ? 'max' : 'avg', 'pool');
  return networkOf(activation(dense(pooled, 5, 'fc'), 'softmax', 'softmax'), 'drawn');
}

/** Weights without a meaning; variances are positive. */
export function weightsOf(network: Network): Map<string, LayerWeights> {
  return new Map(
    network.layers.map(({ name, weights }, i) => [
      name,
      Object.fromEntries(
        Object.entries(weights).map(([role, shape], k) => {
          const { data } = noise(shape, 31 * i + k + 1);
          return [role, tensor(role === 'moving_variance' ? data.map((v) => v + 2) : data, shape)];
        }),
      ),
    ]),
  );
}

/** Any model: of up to so many layers. */
export function anyModel(layers: number): fc.Arbitrary<Pick<Model, 'network' | 'weights'>> {
  const side = fc.integer({ min: 1, max: 9 });
  return fc
    .tuple(
      fc.array(DRAW, { minLength: 1, maxLength: layers }),
      fc.tuple(side, side, fc.integer({ min: 1, max: 7 })),
      fc.boolean(),
    )
    .map(([draws, size, head]) => {
      const network = build(draws, size, head);
      return { network, weights: weightsOf(network) };
    });
}
