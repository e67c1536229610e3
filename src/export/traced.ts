// Weights found in the constants of a graph that holds them folded, cut, joined and reordered. Nothing here knows how: the
// export of a network whose weights are numbers of their places tells where each one goes. Read first: unfolded.ts.
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import type { WeightRole } from '../core/weights.js';
import { foldBatchNorms } from '../network/fold.js';
import { groupedSteps } from '../network/grouped.js';
import type { Layer, Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';
import { addingOnly, convolutionsOf, isFolded, withoutValues, zeros } from './unfolded.js';

/** A weight that is looked for. */
interface Place {
  readonly layer: string;
  readonly role: WeightRole;
  readonly shape: readonly number[];
}

/** The constants of an export, by name. */
type Constants = ReadonlyMap<string, Tensor>;

/**
 * The weights of `network`, by `layer/role`, in the constants `found`. `constantsOf` gives those of a model with other weights.
 * Nothing where a constant holds what is no weight, or a weight is not all there.
 */
export function tracedWeights(
  found: Constants,
  network: Network,
  constantsOf: (model: Pick<Model, 'network' | 'weights'>) => Constants,
): Map<string, Tensor> | undefined {
  const places = placesOf(network);
  // Numbers up to 2^24 are exact, and no weight is larger; a number for each weight of the network might be.
  const which = constantsOf(labelled(network, places, (place) => () => place + 1));
  const where = constantsOf(labelled(network, places, () => (i) => i + 1));
  const values = places.map(({ shape }) => new Float32Array(sizeOf(shape)).fill(Number.NaN));
  for (const [name, { data: owners }] of which) {
    if (!(owners instanceof Float32Array)) continue;
    const [indexes, own] = [where.get(name)!.data, found.get(name)!.data];
    for (let i = 0; i < owners.length; i++) {
      const owner = owners[i]!;
      if (owner === 0) continue;
      const value = values[owner - 1];
      if (value === undefined) return undefined;
      value[indexes[i]! - 1] = own[i]!;
    }
  }
  const traced = places.map(({ shape }, i) => tensor(values[i]!, shape));
  return new Map(entriesOf(network, byLayer(places, traced)));
}

/** What is looked for: all but the weights that folding makes part of others. */
function placesOf(network: Network): Place[] {
  const gone = foldedAway(network);
  return network.layers.flatMap(({ name, op, weights }) =>
    (Object.entries(weights) as [WeightRole, readonly number[]][])
      .filter(([role]) => (op === 'BatchNormalization' ? role === 'beta' : role !== 'bias' || !gone.has(name)))
      .map(([role, shape]) => ({ layer: name, role, shape })),
  );
}

/** Convolutions with a batch normalisation folded into them, whose bias is part of that one's. */
function foldedAway(network: Network): Set<string> {
  const steps = foldBatchNorms(groupedSteps(withoutValues(network)), network.output);
  const folded = steps.flatMap((step) => (step.kind !== 'layer' && isFolded(step, network) ? [step] : []));
  return new Set(folded.flatMap((step) => convolutionsOf(step, network)));
}

function labelled(
  network: Network,
  places: readonly Place[],
  label: (place: number) => (index: number) => number,
): Pick<Model, 'network' | 'weights'> {
  const labels = places.map(({ shape }, place) => {
    return tensor(
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => label(place)(i)),
      shape,
    );
  });
  const weights = byLayer(places, labels);
  return { network, weights: new Map(network.layers.map((layer) => [layer.name, completed(layer, weights)])) };
}

type Found = ReadonlyMap<string, LayerWeights>;

function byLayer(places: readonly Place[], values: readonly Tensor<Float32Array>[]): Found {
  const weights = new Map<string, LayerWeights>();
  places.forEach(({ layer, role }, i) => {
    weights.set(layer, { ...weights.get(layer), [role]: values[i]! });
  });
  return weights;
}

/** With batch normalisations that add only, and no bias before them. */
function completed({ name, op, weights, ...layer }: Layer, found: Found): LayerWeights {
  const own = found.get(name) ?? {};
  if (op === 'BatchNormalization') {
    return addingOnly(own.beta!, (layer.attrs as { readonly epsilon: number }).epsilon);
  }
  return weights.bias !== undefined && own.bias === undefined ? { ...own, bias: zeros(weights.bias) } : own;
}

function entriesOf({ layers }: Network, found: Found): [string, Tensor][] {
  return layers.flatMap((layer) =>
    Object.entries(completed(layer, found)).map(([role, value]): [string, Tensor] => [`${layer.name}/${role}`, value]),
  );
}
