// Sources for the jobs: what Keras wrote, whole or changed in one place, and arrays in memory.
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { decodeText, encodeText } from '../../src/core/bytes.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { writeNpz } from '../../src/formats/npz.js';
import { fixtureBytes, loadReference } from '../helpers/models.js';

/** A file in fixtures/keras: `keras('k21-g3/weights.h5')`. */
export const keras = (name: string): Source => bytesSource(name, fixtureBytes(name));

/** Arrays as an .npz file. */
export const npz = (arrays: Iterable<readonly [string, Tensor]>, name = 'arrays.npz'): Source =>
  bytesSource(name, writeNpz(arrays));

/** A float32 tensor, from its shape and its values. */
export const floats = (shape: readonly number[], values: readonly number[]): Tensor<Float32Array> =>
  tensor(Float32Array.from(values), shape);

const loaded = new Map<string, Promise<ReadonlyMap<string, Tensor>>>();

/** The weights of a Keras file by `layer/role`, to be changed and written with `npz`. */
export async function weightsOf(name: string): Promise<Map<string, Tensor>> {
  if (!loaded.has(name)) loaded.set(name, readWeights(name));
  return new Map(await loaded.get(name)!);
}

/** A Keras file's weights as arrays without settings: says as little as the file does, and is read in no time. */
export const asArrays = async (name: string): Promise<Source> => npz(await weightsOf(name), `${name}.npz`);

async function readWeights(name: string): Promise<ReadonlyMap<string, Tensor>> {
  const checkpoint = await openCheckpoint(keras(name));
  try {
    const weights = checkpoint.layers.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })));
    return new Map(
      await Promise.all(
        weights.map(async ({ layer, weight }) => [`${layer.name}/${weight.role}`, await weight.read()] as const),
      ),
    );
  } finally {
    checkpoint.close();
  }
}

/** A reference of Keras's with its arrays renamed, changed or (`undefined`) left out. */
export function referenceWith(
  name: string,
  change: (key: string, array: Tensor) => readonly [string, Tensor] | undefined,
): Source {
  const arrays = [...loadReference(name)].flatMap(([key, array]) => {
    const changed = key === 'input' ? ([key, array] as const) : change(key, array);
    return changed === undefined ? [] : [changed];
  });
  return npz(arrays, 'reference.npz');
}

/** The tensor with one value changed. */
export function changed(t: Tensor, at: number, value: number): Tensor {
  const data = Float32Array.from(t.data);
  data[at] = value;
  return tensor(data, t.shape);
}

/**
 * `k21-g3/weights.h5` with a weight listed under a name that nothing stands behind. Keras lists weights by their whole
 * names in an attribute; the datasets have names of one part, so that the whole name is there once.
 */
export function withDanglingName(): Source {
  const bytes = fixtureBytes('k21-g3/weights.h5');
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const at = text.indexOf('conv1/kernel:0');
  if (at < 0 || text.indexOf('conv1/kernel:0', at + 1) >= 0) throw new Error('the name is not there once');
  const damaged = bytes.slice();
  damaged.set(encodeText('conv1/kernex:0'), at);
  if (decodeText(damaged.subarray(at, at + 14)) !== 'conv1/kernex:0') throw new Error('the name was not replaced');
  return bytesSource('dangling.h5', damaged);
}
