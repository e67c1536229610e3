// Weights -> model for files that we wrote: names are the network's own, so each weight is looked up. Checkpoints of
// other people are read by ../shufflenet/load.ts, which knows how they write names, and is many times larger.
import { sameShape, type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import { WEIGHT_ROLES, type WeightRole } from '../core/weights.js';
import type { SafetensorsFile } from '../formats/safetensors.js';
import type { Layer, Network } from '../network/layer.js';
import type { LayerWeights, LoadedWeight, LoadReport, MismatchedWeight, MissingWeight } from '../network/model.js';
import { buildNetwork } from '../shufflenet/build.js';
import { negativeValues, nonFiniteValues } from '../shufflenet/check-values.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { LoadError } from '../shufflenet/load-errors.js';
import type { ShuffleNetSettings } from '../shufflenet/settings.js';

type Entry = SafetensorsFile['tensors'][number];

/**
 * The model with these settings and the weights in `file`, named `layer/role`. All of them, or a `LoadError`. Weights may
 * be views of the file's bytes, which must not change.
 */
export function bindByName({ tensors }: SafetensorsFile, settings: ShuffleNetSettings): ShuffleNetModel {
  const network = buildNetwork(settings);
  const entries = new Map(tensors.map((entry) => [entry.name, entry]));
  const bound = bindAll(network, entries);
  const { report } = bound;
  const faults = [report.missing, report.mismatched, report.nonFinite, report.negativeVariance, report.unused];
  if (faults.some((found) => found.length > 0)) throw new LoadError(report, network.name);
  return { network, settings, ...bound };
}

function bindAll(network: Network, entries: Map<string, Entry>): Pick<ShuffleNetModel, 'weights' | 'report'> {
  const weights = new Map<string, LayerWeights>();
  const [loaded, missing, mismatched]: [LoadedWeight[], MissingWeight[], MismatchedWeight[]] = [[], [], []];
  const names = new Set([...entries.keys()].map(layerOf));
  for (const layer of network.layers) {
    for (const role of rolesOf(layer)) {
      const name = `${layer.name}/${role}`;
      const [entry, expected] = [entries.get(name), layer.weights[role]!];
      entries.delete(name);
      const place = { layer: layer.name, role };
      if (entry === undefined) {
        missing.push({ ...place, expectedName: layer.name, layerPresent: names.has(layer.name) });
      } else if (!sameShape(entry.shape, expected)) {
        mismatched.push({ ...place, found: entry.shape, expected });
      } else {
        loaded.push({ ...place, shape: expected, dtype: entry.dtype, from: name });
        weights.set(layer.name, { ...weights.get(layer.name), [role]: float32(entry.view()) });
      }
    }
  }
  return {
    weights,
    report: { ...EMPTY, loaded, missing, mismatched, unused: unusedOf(entries), ...faultsOf(weights) },
  };
}

const EMPTY = { scheme: 'article', unreadable: [], otherLayers: [], notes: [] } as const;

const rolesOf = ({ weights }: Layer): WeightRole[] => WEIGHT_ROLES.filter((role) => weights[role] !== undefined);

const layerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

function float32(t: Tensor): Tensor<Float32Array> {
  return t.data instanceof Float32Array ? (t as Tensor<Float32Array>) : tensor(toFloat32(t), t.shape);
}

/** What we write holds the network alone. */
function unusedOf(entries: ReadonlyMap<string, Entry>): LoadReport['unused'] {
  return Array.from(entries, ([weight, { shape }]) => {
    return { layer: layerOf(weight), weight, shape, ownLayer: true, allowed: false };
  });
}

function faultsOf(weights: ReadonlyMap<string, LayerWeights>): Pick<LoadReport, 'nonFinite' | 'negativeVariance'> {
  const all = Array.from(weights, ([layer, own]) => [layer, own] as const);
  const values = (own: LayerWeights) => Object.entries(own) as [WeightRole, Tensor<Float32Array>][];
  return {
    nonFinite: all.flatMap(([layer, own]) => values(own).flatMap(([role, t]) => nonFiniteValues(layer, role, t))),
    negativeVariance: all.flatMap(([layer, { moving_variance }]) =>
      moving_variance === undefined ? [] : negativeValues(layer, moving_variance),
    ),
  };
}
