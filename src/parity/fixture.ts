// A fixture: the input somebody gave a model in Python, and what its layers gave back, as arrays in an .npz file.
import type { Tensor } from '../core/tensor.js';
import { type NpzEntry, readNpz } from '../formats/npz.js';
import type { Network } from '../network/layer.js';
import { AmbiguousKeyError, MissingInputError } from './errors.js';
import { keysOf } from './layer-keys.js';

/** Recorded inputs and layer outputs. Values are read when asked for. */
export interface Fixture {
  /** For messages. */
  readonly where: string;
  /** `(batch, height, width, channels)`. */
  readonly input: NpzEntry;
  /** Everything else, in the file's order. */
  readonly outputs: readonly NpzEntry[];
}

/** The key of the recorded input. */
const INPUT_KEY = 'input';

/** Reads the list of arrays in a fixture; throws when there is no `input` among them. */
export function readFixture(bytes: Uint8Array, where: string): Fixture {
  const entries = readNpz(bytes, where);
  const input = entries.find(({ key }) => key === INPUT_KEY);
  if (input === undefined)
    throw new MissingInputError(
      where,
      entries.map(({ key }) => key),
    );
  return { where, input, outputs: entries.filter((entry) => entry !== input) };
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

/** Matches by encoding every layer's name in each way it may be written; a key is never taken apart. */
export function matchLayers(
  { outputs, where }: Fixture,
  network: Network,
  encode: (name: string) => string,
): RecordedLayers {
  const byKey = new Map(outputs.map((entry) => [entry.key, entry]));
  const layers = network.layers.flatMap(({ name }): RecordedLayer[] => {
    const found = [...keysOf(name, encode)].flatMap((key) => byKey.get(key) ?? []);
    if (found.length > 1)
      throw new AmbiguousKeyError(
        where,
        name,
        found.map(({ key }) => key),
      );
    return found.map((entry) => ({ layer: name, key: entry.key, shape: entry.shape, read: () => entry.read() }));
  });
  const matched = new Set(layers.map(({ key }) => key));
  return { layers, notCompared: outputs.map(({ key }) => key).filter((key) => !matched.has(key)) };
}
