// Checkpoint + network -> model, by layer name: every weight in its place, or an error with the full account.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { globExpression } from '../core/text.js';
import type { Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';
import { type FileLayers, readFileLayers } from './file-layers.js';
import { splitFused } from './fused.js';
import type { KernelOrder } from './kernel-order.js';
import { AmbiguousNameError, LoadError, NoLayersError } from './load-errors.js';
import { matchWeights } from './match.js';
import type { NamingScheme } from './names.js';
import { readMatched } from './read-weights.js';
import type { ShuffleNetSettings } from './settings.js';

/** What the caller allows. */
export interface LoadOptions {
  /** Globs over weight names of the file that may be left over in the network's own layers. */
  readonly allowUnused?: readonly string[];
  /** Read names under this scheme; under the one that fits best when left out. */
  readonly scheme?: NamingScheme;
  /** The axis order of the file's convolution kernels; Keras's own, `hwio`, when left out. */
  readonly kernelOrder?: KernelOrder;
}

/** A model that knows its settings. */
export interface ShuffleNetModel extends Model {
  readonly settings: ShuffleNetSettings;
}

/** Loads `network`'s weights by name. All of them, or a `LoadError` and none. */
export async function bindWeights(
  checkpoint: Checkpoint,
  network: Network,
  settings: ShuffleNetSettings,
  options: LoadOptions = {},
): Promise<ShuffleNetModel> {
  if (checkpoint.layers.every((layer) => layer.weights.length === 0)) throw new NoLayersError(checkpoint);
  const layers = readFileLayers(checkpoint, options);
  return bindLayers(layers, network, settings, options);
}

/** `bindWeights` for a file whose names have been read already; an `AmbiguousNameError` where two are the same. */
export async function bindLayers(
  layers: FileLayers,
  network: Network,
  settings: ShuffleNetSettings,
  { allowUnused = [] }: Pick<LoadOptions, 'allowUnused'> = {},
): Promise<ShuffleNetModel> {
  const [ambiguous] = layers.ambiguous;
  if (ambiguous !== undefined) throw new AmbiguousNameError(ambiguous);
  const split = splitFused(layers, network);
  const matched = matchWeights(split, network, allowUnused.map(globExpression));
  const read = await readMatched(matched.found);
  const report = {
    scheme: layers.scheme.id,
    ...matched.report,
    loaded: read.loaded,
    unreadable: [...matched.report.unreadable, ...read.unreadable],
    nonFinite: read.nonFinite,
    negativeVariance: read.negativeVariance,
    notes: [...split.notes, ...matched.notes, ...read.notes],
  };
  const failed =
    report.missing.length + report.mismatched.length + report.unreadable.length > 0 ||
    report.nonFinite.length + report.negativeVariance.length > 0 ||
    report.unused.some((weight) => weight.ownLayer && !weight.allowed);
  if (failed) throw new LoadError(report, network.name);
  return { network, settings, weights: inNetworkOrder(network, read.weights, matched.defaults), report };
}

function inNetworkOrder(
  network: Network,
  read: ReadonlyMap<string, LayerWeights>,
  defaults: ReadonlyMap<string, LayerWeights>,
): ReadonlyMap<string, LayerWeights> {
  const weighted = network.layers.filter((layer) => Object.keys(layer.weights).length > 0);
  return new Map(weighted.map(({ name }) => [name, { ...defaults.get(name), ...read.get(name) }]));
}
