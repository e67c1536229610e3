// Any file of Keras weights, opened by what is in it. Readers of zips and shards are loaded when there is one.
import { printable } from '../core/text.js';
import type { Checkpoint } from './checkpoint.js';
import { NotKerasError, UnnamedWeightsError } from './errors.js';
import { type Hdf5File, openHdf5 } from './hdf5.js';
import { findLegacyRoot, readLegacy } from './legacy-hdf5.js';
import { sniff } from './sniff.js';
import type { Source } from './source.js';
import { walkStore } from './store-walk.js';
import { isStore, readStore } from './v3-store.js';

/** Opens a file as a checkpoint. The caller must `close()` it; weights are read on demand until then. */
export async function openCheckpoint(source: Source): Promise<Checkpoint> {
  if (source.open !== undefined) return source.open();
  const bytes = await source.bytes();
  const where = printable(source.name);
  switch (sniff(bytes, where)) {
    case 'hdf5':
      return openKerasHdf5(await openHdf5(bytes, where), where);
    case 'safetensors':
      return (await import('./converted.js')).readConvertedSafetensors(bytes, where);
    case 'zip':
      return (await import('./open-zip.js')).openZip(bytes, where);
    case 'json':
      return (await import('./shards.js')).openShards(bytes, source, where);
  }
}

function openKerasHdf5(file: Hdf5File, where: string): Checkpoint {
  try {
    const root = findLegacyRoot(file);
    if (root !== undefined) return readLegacy(file, root);
    if (isStore(file)) return readStore([walkStore(file)]);
    throw notLegacy(file, where);
  } catch (error) {
    file.close();
    throw error;
  }
}

function notLegacy(file: Hdf5File, where: string): Error {
  const members = file.members('/');
  if (members.includes('layer_0') || members.includes('graph')) {
    return new UnnamedWeightsError(
      where,
      `groups ${members.slice(0, 3).map(printable).join(', ')}: the layout of Keras 0.x`,
    );
  }
  return new NotKerasError(
    where,
    'an HDF5 file',
    members,
    'an attribute layer_names, or a group model_weights or layers',
  );
}
