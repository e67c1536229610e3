// Checkpoints in memory: what a file of a network's weights looks like once it is opened, to be damaged at will.
import type { Checkpoint, CheckpointWeight } from '../../src/checkpoint/checkpoint.js';
import type { ShuffleportError } from '../../src/core/errors.js';
import { sizeOf, type TensorData, tensor } from '../../src/core/tensor.js';
import { WEIGHT_ROLES } from '../../src/core/weights.js';
import type { Network } from '../../src/network/layer.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';

/** A weight that may still be changed. Without `values` it holds `exampleValues`. */
export interface DraftWeight {
  name: string;
  role: string | null;
  shape: number[];
  dtype: string;
  values?: TensorData;
  fault?: ShuffleportError;
  /** Thrown on reading. */
  failure?: Error;
}

/** A layer that may still be changed. */
export interface DraftLayer {
  name: string;
  weights: DraftWeight[];
}

/** Three groups, two stages, ten classes: the smallest network that has every kind of layer. */
export const TINY: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  groups: 3,
  scaleFactor: 0.25,
  numShuffleUnits: [1, 0],
  classes: 10,
  inputShape: [32, 32, 3],
};

/** A network's layers as Keras 2 names them in a file, those without weights included. */
export function draftLayers(network: Network): DraftLayer[] {
  return network.layers.map(({ name, weights }) => ({
    name,
    weights: WEIGHT_ROLES.filter((role) => weights[role] !== undefined).map((role) => ({
      name: `${name}/${role}:0`,
      role,
      shape: [...weights[role]!],
      dtype: 'float32',
    })),
  }));
}

/** The draft as an open file. `extra` is what else the file says. */
export function checkpointOf(layers: readonly DraftLayer[], extra: Partial<Checkpoint> = {}): Checkpoint {
  return {
    container: 'keras-hdf5-weights',
    layers: layers.map(({ name, weights }) => ({ name, weights: weights.map(weightOf) })),
    notes: [],
    close: () => {},
    ...extra,
  };
}

function weightOf({ name, role, shape, dtype, values, fault, failure }: DraftWeight): CheckpointWeight {
  const read: CheckpointWeight['read'] = async () => {
    if (failure !== undefined) throw failure;
    return tensor(values ?? exampleValues(name, sizeOf(shape)), shape);
  };
  return { name, role, shape, dtype, read, ...(fault !== undefined && { fault }) };
}

/** Positive numbers that float32 holds exactly, others for each name. */
export function exampleValues(name: string, size: number): Float32Array {
  const seed = [...name].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 997, 7);
  return Float32Array.from({ length: size }, (_, i) => 1 + ((seed + 13 * i) % 256) / 256);
}

/** A layer of a draft; throws when there is none. */
export function layerIn(layers: readonly DraftLayer[], name: string): DraftLayer {
  const found = layers.find((layer) => layer.name === name);
  if (found === undefined) throw new Error(`no layer ${name}`);
  return found;
}

/** A weight of a draft, by role; throws when there is none. */
export function weightIn(layers: readonly DraftLayer[], name: string, role: string): DraftWeight {
  const found = layerIn(layers, name).weights.find((weight) => weight.role === role);
  if (found === undefined) throw new Error(`${name} has no ${role}`);
  return found;
}
