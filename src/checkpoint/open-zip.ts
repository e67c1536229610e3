// A zip, opened by its members: Keras's own, or numpy's arrays.
import { readZip } from '../formats/zip.js';
import type { Checkpoint } from './checkpoint.js';
import { readConvertedNpz } from './converted.js';
import { UnsupportedContainerError } from './errors.js';
import { isKerasZip, readKerasZip } from './keras-zip.js';

/** Opens a `.keras` zip or an `.npz`. */
export async function openZip(bytes: Uint8Array, where: string): Promise<Checkpoint> {
  const entries = readZip(bytes, where);
  const members = entries.map(({ name }) => name);
  if (isKerasZip(members)) return readKerasZip(entries, where);
  if (members.includes('config.json') && members.includes('model.weights.npz')) {
    const next = 'save it again with `model.save_weights("name.weights.h5")`';
    throw new UnsupportedContainerError(where, 'A .keras zip with weights as .npz', next);
  }
  return readConvertedNpz(entries, where);
}
