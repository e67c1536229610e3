// What is in a file: any readable Keras file, the article's network or not, whole or damaged.
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { isShuffleportError } from '../core/errors.js';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../core/tensor.js';
import { globExpression, listSome, plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import { networkMacs } from '../network/cost.js';
import type { NetworkConfig } from '../results/describe.js';
import type { InspectedLayer, InspectedWeight, InspectResult, WeightStats } from '../results/inspect.js';
import { buildNetwork } from '../shufflenet/build.js';
import { splitFused } from '../shufflenet/fused.js';
import type { Inference } from '../shufflenet/infer.js';
import { matchWeights } from '../shufflenet/match.js';
import { infer, withCheckpoint } from './inference.js';
import type { NetworkOptions } from './network-options.js';

/** What to show. */
export interface InspectOptions extends NetworkOptions {
  /** Only layers whose names match this glob. */
  readonly layer?: string;
  /** Read every weight shown, and count. */
  readonly stats?: boolean;
}

/** Lists a file's layers and weights and says what network they are. */
export function inspect(source: Source, options: InspectOptions = {}): Promise<InspectResult> {
  return withCheckpoint(source, async (checkpoint) => {
    const network = describeNetwork(checkpoint, options);
    const pattern = globExpression(options.layer ?? '*');
    const shown = checkpoint.layers.filter(({ name }) => pattern.test(name));
    return {
      file: { name: source.name, bytes: source.size },
      container: checkpoint.container,
      kerasVersion: checkpoint.kerasVersion ?? null,
      backend: checkpoint.backend ?? null,
      scheme: network.scheme,
      config: network.config,
      layers: await Promise.all(shown.map((layer) => describeLayer(layer, options.stats ?? false))),
      totals: { ...totals(checkpoint), macs: network.macs },
      notes: [...checkpoint.notes, ...faultNotes(checkpoint), ...network.notes],
    };
  });
}

interface NetworkFacts extends Pick<InspectResult, 'scheme' | 'config'> {
  readonly macs: number | null;
  readonly notes: readonly Note[];
}

/** A file that is no ShuffleNet, or a broken one, is still listed: what is wrong becomes a note. */
function describeNetwork(checkpoint: Checkpoint, options: InspectOptions): NetworkFacts {
  try {
    const inference = infer(checkpoint, options);
    const config: NetworkConfig = { ...inference.settings, pooling: inference.settings.pooling ?? null };
    return { scheme: inference.layers.scheme.id, config, ...builtNetwork(inference) };
  } catch (error) {
    if (!isShuffleportError(error) || error.kind !== 'file') throw error;
    const { what, found } = error.explanation;
    const text = found === undefined ? what : `${what} Found: ${found}.`;
    return { scheme: null, config: null, macs: null, notes: [{ id: error.tag, text }] };
  }
}

/** The network's cost, and how the weights meet it. Pooling changes neither. */
function builtNetwork(inference: Inference): Pick<NetworkFacts, 'macs' | 'notes'> {
  const { settings, layers, notes } = inference;
  const poolingNote: Note[] =
    settings.pooling === undefined
      ? [
          {
            id: 'pooling-unknown',
            text: "The file does not say how the network pools: max (the article's default) or avg.",
          },
        ]
      : [];
  try {
    const network = buildNetwork({ ...settings, pooling: settings.pooling ?? 'max' });
    const split = splitFused(layers, network);
    const { report } = matchWeights(split, network, []);
    return {
      macs: networkMacs(network),
      notes: [...notes, ...split.notes.slice(layers.notes.length), ...poolingNote, ...matchNotes(report)],
    };
  } catch (error) {
    if (!isShuffleportError(error)) throw error;
    return { macs: null, notes: [...notes, { id: error.tag, text: error.explanation.what }] };
  }
}

function matchNotes({ missing, mismatched, unused, otherLayers }: ReturnType<typeof matchWeights>['report']): Note[] {
  const own = unused.filter(({ ownLayer }) => ownLayer);
  const notes: [string, readonly string[], string][] = [
    ['missing', missing.map(({ layer, role }) => `${layer} ${role}`), 'weight is missing|weights are missing'],
    [
      'mismatched',
      mismatched.map(
        ({ layer, role, found, expected }) =>
          `${layer} ${role} ${formatShape(found)}, expected ${formatShape(expected)}`,
      ),
      'weight has the wrong shape|weights have the wrong shape',
    ],
    [
      'unused',
      own.map(({ weight }) => printable(weight)),
      'weight has no place in the network|weights have no place in the network',
    ],
    ['other-layers', otherLayers.map(printable), 'layer is no part of the network|layers are no part of the network'],
  ];
  return notes
    .filter(([, names]) => names.length > 0)
    .map(([id, names, nouns]) => {
      const [one, many] = nouns.split('|') as [string, string];
      return { id, text: `${plural(names.length, one, many)}: ${listSome(names)}.` };
    });
}

function totals({ layers }: Checkpoint): Omit<InspectResult['totals'], 'macs'> {
  const weights = layers.flatMap((layer) => layer.weights);
  return {
    layers: layers.length,
    weightedLayers: layers.filter((layer) => layer.weights.length > 0).length,
    weights: weights.length,
    parameters: weights.filter(({ fault }) => fault === undefined).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  };
}

function faultNotes({ layers }: Checkpoint): Note[] {
  return layers.flatMap((layer) =>
    layer.weights.flatMap(({ name, fault }) =>
      fault === undefined
        ? []
        : [{ id: fault.tag, text: `${printable(layer.name)}: ${printable(name)}: ${fault.explanation.what}` }],
    ),
  );
}

async function describeLayer({ name, weights }: CheckpointLayer, stats: boolean): Promise<InspectedLayer> {
  return { name, weights: await Promise.all(weights.map((weight) => describeWeight(weight, stats))) };
}

async function describeWeight(weight: CheckpointWeight, stats: boolean): Promise<InspectedWeight> {
  const { name, role, shape, dtype, fault } = weight;
  const described = { name, role, shape, dtype, ...(fault !== undefined && { fault: fault.explanation.what }) };
  if (!stats || fault !== undefined) return described;
  try {
    return { ...described, stats: statsOf(await weight.read()) };
  } catch (error) {
    if (!isShuffleportError(error)) throw error;
    return { ...described, fault: error.explanation.what };
  }
}

/** Smallest, largest, mean and spread of the finite values. */
export function statsOf(t: Tensor): WeightStats {
  const all = toFloat64(t);
  const values = all.filter(Number.isFinite);
  const counts = { zeros: values.filter((value) => value === 0).length, nonFinite: all.length - values.length };
  if (values.length === 0) return { min: null, max: null, mean: null, std: null, ...counts };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const [min, max] = values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [values[0]!, values[0]!],
  );
  return { min, max, mean, std: Math.sqrt(variance), ...counts };
}
