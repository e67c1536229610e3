// A network with its weights, and the account of how they got there.
import type { Tensor } from '../core/tensor.js';
import type { Note, WeightRole } from '../core/weights.js';
import type { Network } from './layer.js';

/** One layer's weights, by role: row-major Float32 tensors of exactly the shapes the network states. */
export type LayerWeights = { readonly [role in WeightRole]?: Tensor<Float32Array> };

/** A network with every weight bound, finite and of the right shape. It cannot be half loaded. */
export interface Model {
  readonly network: Network;
  /** By layer name; layers without weights are not listed. */
  readonly weights: ReadonlyMap<string, LayerWeights>;
  readonly report: LoadReport;
}

/** How a file's weights met a network's. A model's report has nothing missing, mismatched, unreadable, non-finite or negative. */
export interface LoadReport {
  /** The naming scheme that fitted: `article`, `underscore`, … */
  readonly scheme: string;
  readonly loaded: readonly LoadedWeight[];
  readonly missing: readonly MissingWeight[];
  /** Weights of the file that the network has no place for. */
  readonly unused: readonly UnusedWeight[];
  readonly mismatched: readonly MismatchedWeight[];
  /** Weights that are there and cannot be used: no dataset behind the name, a link, integers. */
  readonly unreadable: readonly UnreadableWeight[];
  readonly nonFinite: readonly NonFiniteWeight[];
  readonly negativeVariance: readonly NegativeVariance[];
  /** Layers of the file that are no part of this network: an outer head, another branch. */
  readonly otherLayers: readonly string[];
  readonly notes: readonly Note[];
}

/** A weight that found its place. */
export interface LoadedWeight {
  readonly layer: string;
  readonly role: WeightRole;
  readonly shape: readonly number[];
  /** The type it is stored in, under numpy's name. */
  readonly dtype: string;
  /** The layer and weight it came from, as the file calls them. */
  readonly from: string;
}

/** A weight the network needs and the file lacks. */
export interface MissingWeight {
  readonly layer: string;
  readonly role: WeightRole;
  /** What the file would have to call the layer. */
  readonly expectedName: string;
  /** Whether the layer is there, and only this weight is not. */
  readonly layerPresent: boolean;
  /** A layer of the file with nearly that name and no other use. */
  readonly nearest?: string;
}

/** A weight the file has and the network has no place for. */
export interface UnusedWeight {
  /** As the file calls them. */
  readonly layer: string;
  readonly weight: string;
  readonly shape: readonly number[];
  /** Whether it lies in one of the network's own layers: an error unless allowed by name. */
  readonly ownLayer: boolean;
  readonly allowed: boolean;
}

/** A weight of the wrong shape. */
export interface MismatchedWeight {
  readonly layer: string;
  readonly role: WeightRole;
  readonly found: readonly number[];
  readonly expected: readonly number[];
  /** The order of the found axes that would fit, where one does: `(3, 2, 0, 1)` stored means OIHW. */
  readonly permutation?: readonly number[];
}

/** A weight that cannot be read or is of no use as one. */
export interface UnreadableWeight {
  readonly layer: string;
  readonly role: WeightRole;
  /** As the file calls it. */
  readonly from: string;
  readonly reason: string;
  /** What to do about it, where there is something. */
  readonly next?: string;
}

/** A weight with values that are not numbers. */
export interface NonFiniteWeight {
  readonly layer: string;
  readonly role: WeightRole;
  readonly nan: number;
  readonly infinite: number;
  readonly firstIndex: readonly number[];
}

/** A moving variance below zero, which no training can make. */
export interface NegativeVariance {
  readonly layer: string;
  readonly count: number;
  readonly firstIndex: readonly number[];
  readonly firstValue: number;
}
