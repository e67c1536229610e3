// Converted files opened again: safetensors and npz with weights under `layer/role` (written by src/export, or by
// anybody who keeps to that form). Read first: checkpoint.ts.
import { decodeText } from '../core/bytes.js';
import { parseJson } from '../core/json.js';
import { isRowMajor, sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { formatBytes, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import { decodeElements, dtypeOf, encodeElements } from '../formats/elements.js';
import { type NpzEntry, npzArrays } from '../formats/npz.js';
import { METADATA_KEY, readSafetensors } from '../formats/safetensors.js';
import type { ZipEntry } from '../formats/zip.js';
import type { Checkpoint, CheckpointLayer, CheckpointWeight, Container } from './checkpoint.js';
import { NotKerasError } from './errors.js';
import { roleInName } from './roles.js';

/** Most bytes of settings that are read: a thousand times what they take. */
const MAX_METADATA_BYTES = 1_000_000;

/** Opens a safetensors file. Throws what `readSafetensors` throws. */
export function readConvertedSafetensors(bytes: Uint8Array, where: string): Checkpoint {
  const { metadata, tensors } = readSafetensors(bytes, where);
  const text = metadata.shuffleport;
  const arrays = tensors.map((entry) => ({ ...entry, key: entry.name }));
  return checkpointOf('safetensors', arrays, text === undefined ? {} : parseMetadata(text, (json) => json));
}

/**
 * Opens the members of an npz file. Throws what `npzArrays` throws, and `NotKerasError` for a zip without arrays.
 */
export function readConvertedNpz(members: readonly ZipEntry[], where: string): Checkpoint {
  checkMembers(
    members.map(({ name }) => name),
    where,
  );
  const entries = npzArrays(members, where);
  const arrays = entries.filter(({ key }) => key !== METADATA_KEY);
  const stored = entries.find(({ key }) => key === METADATA_KEY);
  return checkpointOf('npz', arrays, stored === undefined ? {} : npzMetadata(stored));
}

function checkMembers(members: readonly string[], where: string): void {
  if (members.some((name) => name.endsWith('.npy'))) return;
  throw new NotKerasError(
    where,
    'a zip archive',
    members,
    'arrays (.npy, of an .npz file), or config.json and model.weights.h5 (of a .keras file)',
  );
}

/** An array of the file, under its key. */
interface KeyedArray {
  readonly key: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  read(): Tensor;
}

function checkpointOf(container: Container, arrays: readonly KeyedArray[], told: Metadata): Checkpoint {
  const { note, ...metadata } = told;
  return { container, layers: layersOf(arrays), ...metadata, notes: note ? [note] : [], close: () => {} };
}

/** A key's last part is the weight, what stands before it the layer; a key without a slash is both. */
function layersOf(arrays: readonly KeyedArray[]): CheckpointLayer[] {
  const layers = new Map<string, CheckpointWeight[]>();
  for (const { key, dtype, shape, read } of arrays) {
    const slash = key.lastIndexOf('/');
    const layer = slash < 0 ? key : key.slice(0, slash);
    const weight: CheckpointWeight = {
      name: key,
      role: roleInName(key),
      shape,
      dtype,
      read: async () => rowMajor(read(), key),
    };
    const weights = layers.get(layer);
    if (weights === undefined) layers.set(layer, [weight]);
    else weights.push(weight);
  }
  return Array.from(layers, ([name, weights]) => ({ name, weights }));
}

/** An array stored with its first index varying fastest (numpy's Fortran order), put in the order that weights have. */
function rowMajor(t: Tensor, where: string): Tensor {
  return isRowMajor(t) ? t : tensor(decodeElements(encodeElements(t), dtypeOf(t), true, where), t.shape);
}

/** What the file says of itself, or why that is not known. */
interface Metadata {
  readonly metadata?: unknown;
  readonly note?: Note;
}

function npzMetadata({ dtype, shape, read }: NpzEntry): Metadata {
  const size = sizeOf(shape);
  if (dtype !== 'uint8') return unreadable(`it holds ${dtype}, not bytes`);
  if (size > MAX_METADATA_BYTES) return unreadable(`it takes ${formatBytes(size)}`);
  return parseMetadata(decodeText(read().data as Uint8Array), (json) => {
    return (json as { shuffleport?: unknown } | null)?.shuffleport;
  });
}

function parseMetadata(text: string, pick: (json: unknown) => unknown): Metadata {
  if (text.length > MAX_METADATA_BYTES) return unreadable(`it takes ${formatBytes(text.length)}`);
  try {
    const metadata = pick(parseJson(text));
    return metadata === undefined ? {} : { metadata };
  } catch (error) {
    return unreadable(`it is no JSON (${printable(String(error))})`);
  }
}

function unreadable(reason: string): Metadata {
  return {
    note: { id: 'unreadable-metadata', text: `What the file says of its settings is left aside: ${reason}.` },
  };
}
