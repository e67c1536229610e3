// Networks that Keras wrote, converted as `convert --to safetensors` does, and what Keras computed with them.
import { encodeText } from '../../src/core/bytes.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import { configRecord } from '../../src/shufflenet/config.js';
import { loadFixture, loadReference } from '../helpers/models.js';

const digits = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', inputShape: [32, 32, 3] });

/** The settings of the digits network. */
export const SETTINGS = digits.settings;

/** The digits network as a .safetensors file. */
export const DIGITS = (await exportModel(digits, 'safetensors'))[0]!.bytes;

/** Its weights by `layer/role`. */
export const weightsIn = (bytes: Uint8Array): Map<string, Tensor> =>
  new Map(readSafetensors(bytes, 'x').tensors.map(({ name, read }) => [name, read()]));

/** The same weights in a file that says nothing of settings, changed on the way. */
export function bare(change: (weights: Map<string, Tensor>) => void = () => {}): Uint8Array {
  const weights = weightsIn(DIGITS);
  change(weights);
  return writeSafetensors(weights);
}

/** The same for settings that leave height and width open. */
export const OPEN = writeSafetensors(weightsIn(DIGITS), {
  shuffleport: JSON.stringify(configRecord({ ...SETTINGS, inputShape: [null, null, 3] }, {})),
});

/** A config.json for the digits network. */
export const configFile = (facts: Parameters<typeof configRecord>[1] = {}): Uint8Array =>
  encodeText(JSON.stringify(configRecord(SETTINGS, facts)));

const held = loadReference('trained-digits-g3/test360.npz');

/** One digit, `(32, 32, 3)`, values 0 to 255. */
export function digitBytes(i: number): Tensor<Uint8Array> {
  const size = 32 * 32 * 3;
  return tensor(Uint8Array.from(held.get('images_u8')!.data.slice(i * size, (i + 1) * size)), [32, 32, 3]);
}

/** The same as the network takes it: x / 127.5 - 1. */
export const digitFloats = (i: number): Float32Array =>
  Float32Array.from(digitBytes(i).data, (value) => Math.fround(value / 127.5) - 1);

/** Keras's probabilities of that digit's classes, the most probable first. */
export function kerasSays(i: number): { index: number; probability: number }[] {
  const classes = 10;
  const values = Array.from(held.get('softmax')!.data.slice(i * classes, (i + 1) * classes));
  return values.map((probability, index) => ({ index, probability })).sort((a, b) => b.probability - a.probability);
}
