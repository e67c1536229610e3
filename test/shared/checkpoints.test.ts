// Real files found in public: what `inspect` lists equals what h5py reads. Needs Python with h5py.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/jobs/inspect.js';
import { fileSource } from '../../src/node/files.js';
import { readIndex, shared } from './shared.js';

const LIST = `
import json, sys, h5py
def text(value): return value.decode('utf8') if isinstance(value, bytes) else str(value)
def names(group, key):
    if key in group.attrs: return [text(n) for n in group.attrs[key]]
    out, i = [], 0
    while f'{key}{i}' in group.attrs:
        out += [text(n) for n in group.attrs[f'{key}{i}']]; i += 1
    return out
with h5py.File(sys.argv[1], 'r') as f:
    root = f['model_weights'] if 'layer_names' not in f.attrs and 'model_weights' in f else f
    print(json.dumps([[l, [[w, list(root[l][w].shape), root[l][w].dtype.newbyteorder('=').name] for w in names(root[l], 'weight_names')]] for l in names(root, 'layer_names')]))
`;

/** A Python that has h5py. */
const python = [process.env.SHUFFLEPORT_PYTHON, '.ci/cache/venv/bin/python', 'python3'].find((candidate) => {
  if (candidate === undefined) return false;
  try {
    execFileSync(candidate, ['-c', 'import h5py'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const LEGACY = readIndex<{ file: string }[]>('checkpoints/MANIFEST.json')
  .map(({ file }) => shared('checkpoints', file))
  .concat(shared('cases/k21-1x-g3-224/weights.h5'))
  .filter(
    (path) => /\.(h5|hdf5)$/.test(path) && !path.includes('.weights.h5') && !path.includes('s390x') && existsSync(path),
  );

describe.skipIf(python === undefined)('inspect equals h5py', () => {
  test.each(LEGACY)('%s', async (path) => {
    const expected = JSON.parse(execFileSync(python!, ['-c', LIST, path], { encoding: 'utf8' })) as unknown;
    const { layers } = await inspect(await fileSource(path));
    expect(
      layers.map(({ name, weights }) => [name, weights.map((weight) => [weight.name, weight.shape, weight.dtype])]),
    ).toEqual(expected);
  });
});

const LIST_STORE = `
import io, json, sys, zipfile, h5py
path = sys.argv[1]
if path.endswith('.keras'):
    path = io.BytesIO(zipfile.ZipFile(path).read('model.weights.h5'))
found = []
def visit(name, item):
    if isinstance(item, h5py.Dataset) and not name.startswith('optimizer/'):
        found.append([name, list(item.shape), item.dtype.newbyteorder('=').name])
with h5py.File(path, 'r') as f:
    f.visititems(visit)
print(json.dumps(sorted(found)))
`;

const STORES = readIndex<{ file: string }[]>('checkpoints/MANIFEST.json')
  .map(({ file }) => shared('checkpoints', file))
  .filter((path) => /\.(weights\.h5|keras)$/.test(path) && existsSync(path));

describe.skipIf(python === undefined)('inspect lists every variable that h5py finds in a v3 store', () => {
  test.each(STORES)('%s', async (path) => {
    const expected = JSON.parse(execFileSync(python!, ['-c', LIST_STORE, path], { encoding: 'utf8' })) as unknown[];
    const { layers } = await inspect(await fileSource(path));
    const listed = layers.flatMap(({ weights }) => weights.map(({ name, shape, dtype }) => [name, shape, dtype]));
    expect(expected.length).toBeGreaterThan(0);
    expect(listed.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual(expected);
  });
});

test('a file that is HDF5 but not from Keras is said to be that', async () => {
  await expect(inspect(await fileSource(shared('checkpoints/h5py_bigendian_s390x_vlen.h5')))).rejects.toMatchObject({
    tag: 'NotKeras',
  });
});
