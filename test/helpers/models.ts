// Networks that Keras wrote (fixtures/keras), loaded, and what Keras computed with them.
import { readFileSync } from 'node:fs';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import { readNpz } from '../../src/formats/npz.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { inferSettings } from '../../src/shufflenet/infer.js';
import { bindLayers, type ShuffleNetModel } from '../../src/shufflenet/load.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';

/** The bytes of a file in fixtures/keras. */
export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/keras/${name}`, import.meta.url)));
}

/** Bytes of weights, loaded as any command loads them. `stated` is what the file does not tell. */
export async function loadBytes(
  name: string,
  bytes: Uint8Array,
  stated: Partial<ShuffleNetSettings> = {},
): Promise<ShuffleNetModel> {
  const checkpoint = await openCheckpoint(bytesSource(name, bytes));
  try {
    const { settings, layers } = inferSettings(checkpoint, stated);
    if (settings.pooling === undefined) throw new Error(`${name} does not tell its pooling; the test must`);
    const known = { ...settings, pooling: settings.pooling };
    return await bindLayers(layers, buildNetwork(known), known);
  } finally {
    checkpoint.close();
  }
}

/** A file in fixtures/keras as a model: `loadFixture('k21-g3/weights.h5', { pooling: 'max' })`. */
export function loadFixture(name: string, stated: Partial<ShuffleNetSettings> = {}): Promise<ShuffleNetModel> {
  return loadBytes(name, fixtureBytes(name), stated);
}

/** The arrays of an npz file in fixtures/keras, by key: `loadReference('k21-g3/reference.npz')`. */
export function loadReference(name: string): Map<string, Tensor> {
  return new Map(readNpz(fixtureBytes(name), name).map(({ key, read }) => [key, read()]));
}

/** Numbers from -1 to 1 without a pattern, the same on every machine (Numerical Recipes' congruential generator). */
export function noise(shape: readonly number[], seed = 1): Tensor<Float32Array> {
  const data = new Float32Array(sizeOf(shape));
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return tensor(data, shape);
}

/** A network that no file holds, with weights of no meaning, loaded by name from a file made for it. */
export function randomModel(settings: ShuffleNetSettings): Promise<ShuffleNetModel> {
  const weights = buildNetwork(settings).layers.flatMap((layer) =>
    Object.entries(layer.weights).map(([role, shape], i): [string, Tensor] => {
      const values = noise(shape, layer.name.length * 7 + i);
      // A variance is positive.
      const usable =
        role === 'moving_variance'
          ? tensor(
              values.data.map((value) => value + 2),
              shape,
            )
          : values;
      return [`${layer.name}/${role}`, usable];
    }),
  );
  return loadBytes('random.safetensors', writeSafetensors(weights), settings);
}
