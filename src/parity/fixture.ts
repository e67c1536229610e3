// A fixture: the input somebody gave a model in Python, and what its layers gave back, as arrays in an .npz file.
import type { Tensor } from '../core/tensor.js';
import { type NpzEntry, numbersIn, type UnreadableMember } from '../formats/npz.js';
import type { Network } from '../network/layer.js';
import { AmbiguousKeyError, MissingInputError } from './errors.js';
import { keysOf } from './layer-keys.js';

/** Recorded inputs and layer outputs. Values are read when asked for. */
export interface Fixture {
  /** For messages. */
  readonly where: string;
  /** `(batch, height, width, channels)`. */
  readonly input: NpzEntry;
  /** All other arrays of numbers, in the file's order. */
  readonly outputs: readonly NpzEntry[];
  /** What else was saved beside them, and why it cannot be compared. */
  readonly unreadable?: readonly UnreadableMember[];
}

/** The key of the recorded input. */
const INPUT_KEY = 'input';

/** Reads the list of arrays in a fixture; throws when there is no `input` of numbers among them. */
export function readFixture(bytes: Uint8Array, where: string): Fixture {
  const { arrays, unreadable } = numbersIn(bytes, where);
  const input = arrays.find(({ key }) => key === INPUT_KEY);
  if (input === undefined) {
    const keys = [...arrays, ...unreadable].map(({ key }) => key);
    throw unreadable.find(({ key }) => key === INPUT_KEY)?.error ?? new MissingInputError(where, keys);
  }
  return { where, input, outputs: arrays.filter((entry) => entry !== input), unreadable };
}

/** A layer and what was recorded of it. */
export interface RecordedLayer {
  readonly layer: string;
  readonly key: string;
  readonly shape: readonly number[];
  read(): Tensor;
}

/** The recorded outputs matched with a network's layers, in the network's order, and the keys that match none. */
export interface RecordedLayers {
  readonly layers: readonly RecordedLayer[];
  readonly notCompared: readonly string[];
}

/**
 * Matches by encoding every layer's name in each way it may be written; a key is never taken apart. Throws where what was
 * saved under a layer's name is nothing to compare.
 */
export function matchLayers(
  { outputs, unreadable = [], where }: Fixture,
  network: Network,
  encode: (name: string) => string,
): RecordedLayers {
  const byKey = new Map(outputs.map((entry) => [entry.key, entry]));
  const errors = new Map(unreadable.map(({ key, error }) => [key, error]));
  const layers = network.layers.flatMap(({ name }): RecordedLayer[] => {
    const keys = [...keysOf(name, encode)];
    for (const key of keys) if (errors.has(key)) throw errors.get(key)!;
    const found = keys.flatMap((key) => byKey.get(key) ?? []);
    if (found.length > 1)
      throw new AmbiguousKeyError(
        where,
        name,
        found.map(({ key }) => key),
      );
    return found.map((entry) => ({ layer: name, key: entry.key, shape: entry.shape, read: () => entry.read() }));
  });
  const matched = new Set(layers.map(({ key }) => key));
  const rest = [...outputs, ...unreadable].map(({ key }) => key).filter((key) => !matched.has(key));
  return { layers, notCompared: rest };
}
