// The meeting of names and shapes: which weight of the file goes where, before any value is read.
import type { CheckpointWeight } from '../checkpoint/checkpoint.js';
import type { ShuffleportError } from '../core/errors.js';
import { sameShape, tensor } from '../core/tensor.js';
import { listSome, nearest, plural } from '../core/text.js';
import type { Note, WeightRole } from '../core/weights.js';
import type { Layer, Network } from '../network/layer.js';
import type {
  LayerWeights,
  LoadReport,
  MismatchedWeight,
  MissingWeight,
  UnreadableWeight,
  UnusedWeight,
} from '../network/model.js';
import type { FileLayer, FileLayers, PlacedLayer } from './file-layers.js';
import { KERNEL_ORDERS } from './kernel-order.js';

/** A weight of the file that fits its place by role and shape. */
export interface FoundWeight {
  readonly layer: string;
  readonly role: WeightRole;
  readonly shape: readonly number[];
  readonly source: CheckpointWeight;
  /** For reports, as the file calls it. */
  readonly from: string;
}

/** All that names and shapes decide. */
export interface Matched {
  readonly found: readonly FoundWeight[];
  /** Weights that a batch normalisation without scale or centre does not store: ones and zeros. */
  readonly defaults: ReadonlyMap<string, LayerWeights>;
  readonly report: Pick<LoadReport, 'missing' | 'unused' | 'mismatched' | 'unreadable' | 'otherLayers'>;
  readonly notes: readonly Note[];
}

interface Draft {
  readonly found: FoundWeight[];
  readonly missing: MissingWeight[];
  readonly mismatched: MismatchedWeight[];
  readonly unreadable: UnreadableWeight[];
  readonly defaults: Map<string, LayerWeights>;
  /** Weights that have a role in the network, whether or not they can play it. */
  readonly taken: Set<CheckpointWeight>;
}

/** Matches a file's layers with a network's; `allowed` are the weight names that may be left over. */
export function matchWeights(layers: FileLayers, network: Network, allowed: readonly RegExp[]): Matched {
  const draft: Draft = {
    found: [],
    missing: [],
    mismatched: [],
    unreadable: [],
    defaults: new Map(),
    taken: new Set(),
  };
  for (const layer of network.layers) matchLayer(draft, layer, layers);
  const own = new Set(network.layers.map((layer) => layer.name));
  const { missing, mismatched, unreadable } = draft;
  return {
    found: draft.found,
    defaults: draft.defaults,
    report: {
      missing,
      mismatched,
      unreadable,
      unused: unusedWeights(draft, layers, own, allowed),
      otherLayers: otherLayers(layers, own),
    },
    notes: defaultsNote(draft.defaults),
  };
}

function matchLayer(draft: Draft, layer: Layer, layers: FileLayers): void {
  const roles = Object.keys(layer.weights) as WeightRole[];
  const placed = layers.placed.get(layer.name);
  if (placed === undefined && roles.length > 0) {
    const expectedName = layers.fileName(layer.name);
    const near = nearest(
      expectedName,
      layers.others.map(({ name }) => name),
    );
    const entry = {
      layer: layer.name,
      expectedName,
      layerPresent: false,
      ...(near !== undefined && { nearest: near }),
    };
    draft.missing.push(...roles.map((role) => ({ ...entry, role })));
  }
  if (placed !== undefined) for (const role of roles) matchWeight(draft, layer, placed, role);
}

function matchWeight(draft: Draft, layer: Layer, placed: PlacedLayer, role: WeightRole): void {
  const expected = layer.weights[role]!;
  const candidates = placed.weights.filter((weight) => plays(weight.role, role));
  const [source] = candidates;
  for (const candidate of candidates) draft.taken.add(candidate);
  if (source === undefined) {
    if (!absentByDesign(draft, layer, placed, role)) {
      draft.missing.push({ layer: layer.name, role, expectedName: placed.name, layerPresent: true });
    }
    return;
  }
  const from = source.name.startsWith(placed.name) ? source.name : `${placed.name}: ${source.name}`;
  if (source.fault !== undefined) draft.unreadable.push({ layer: layer.name, role, from, ...fault(source.fault) });
  else if (candidates.length > 1) {
    const reason = `${candidates.length} weights of the layer are named ${role}`;
    draft.unreadable.push({ layer: layer.name, role, from, reason });
  } else if (sameShape(source.shape, expected))
    draft.found.push({ layer: layer.name, role, shape: expected, source, from });
  else draft.mismatched.push(mismatch(layer.name, role, source.shape, expected));
}

/** An error's account of itself, for the report. */
export function fault({ explanation }: ShuffleportError): Pick<UnreadableWeight, 'reason' | 'next'> {
  return { reason: explanation.what, ...(explanation.next !== undefined && { next: explanation.next }) };
}

/** Keras 3 calls the kernel of a depthwise convolution `kernel`. */
const plays = (stored: string | null, role: WeightRole): boolean =>
  stored === role || (role === 'depthwise_kernel' && stored === 'kernel');

/** `scale=False` and `center=False` store no gamma or beta; the moving statistics are always there. */
function absentByDesign(draft: Draft, layer: Layer, placed: PlacedLayer, role: WeightRole): boolean {
  const has = (wanted: WeightRole): boolean => placed.weights.some((weight) => weight.role === wanted);
  if (layer.op !== 'BatchNormalization' || (role !== 'gamma' && role !== 'beta')) return false;
  if (!has('moving_mean') || !has('moving_variance') || placed.weights.some(({ role: r }) => r === null)) return false;
  const shape = layer.weights[role]!;
  const value = tensor(new Float32Array(shape[0]!).fill(role === 'gamma' ? 1 : 0), shape);
  draft.defaults.set(layer.name, { ...draft.defaults.get(layer.name), [role]: value });
  return true;
}

function defaultsNote(defaults: ReadonlyMap<string, LayerWeights>): Note[] {
  return (['gamma', 'beta'] as const).flatMap((role) => {
    const layers = [...defaults].filter(([, weights]) => weights[role] !== undefined).map(([name]) => name);
    if (layers.length === 0) return [];
    const [setting, value] = role === 'gamma' ? ['scale=False', 'ones are'] : ['center=False', 'zeros are'];
    const text = `${plural(layers.length, 'batch normalization')} without ${role} (${setting}): ${value} used in ${listSome(layers, 3)}.`;
    return [{ id: `no-${role}`, text }];
  });
}

function mismatch(
  layer: string,
  role: WeightRole,
  found: readonly number[],
  expected: readonly number[],
): MismatchedWeight {
  const permutation = permutationThatFits(found, expected);
  return { layer, role, found, expected, ...(permutation !== undefined && { permutation }) };
}

/** The axis order that makes `found` into `expected` (`numpy.transpose`), orders that have a name before others. */
export function permutationThatFits(found: readonly number[], expected: readonly number[]): number[] | undefined {
  if (found.length !== expected.length || found.length > 4) return undefined;
  const named = found.length === 4 ? KERNEL_ORDERS.map(({ axes }) => [...axes]) : [];
  return [...named, ...permutations(found.length)].find((order) =>
    order.every((axis, i) => found[axis] === expected[i]),
  );
}

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) => Array.from({ length: n }, (_, at) => rest.toSpliced(at, 0, n - 1)));
}

function unusedWeights(
  draft: Draft,
  layers: FileLayers,
  own: ReadonlySet<string>,
  allowed: readonly RegExp[],
): UnusedWeight[] {
  const entries = (layer: FileLayer, ownLayer: boolean): UnusedWeight[] =>
    layer.weights
      .filter((weight) => !draft.taken.has(weight))
      .map(({ name, shape }) => ({
        layer: layer.name,
        weight: name,
        shape,
        ownLayer,
        allowed: allowed.some((glob) => glob.test(name)),
      }));
  return [
    ...[...layers.placed.values()].flatMap((layer) => entries(layer, own.has(layer.articleName))),
    ...layers.others.flatMap((layer) => entries(layer, false)),
  ];
}

function otherLayers(layers: FileLayers, own: ReadonlySet<string>): string[] {
  const outside = [...layers.placed.values()].filter((layer) => !own.has(layer.articleName));
  return [...outside, ...layers.others].map((layer) => layer.name);
}
