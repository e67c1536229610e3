// Any bytes, opened by what is in them: each ends as a checkpoint or as an error that names the cause.
import { ready } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { encodeText } from '../../src/core/bytes.js';
import type { ShuffleportError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { writeNpz } from '../../src/formats/npz.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { DAMAGED_FILES, damagedBytes, openDamaged } from '../helpers/damaged.js';
import { fixtureBytes } from '../helpers/models.js';

const open = (name: string, bytes: Uint8Array) => openCheckpoint(bytesSource(name, bytes));

const failure = (opening: Promise<unknown>): Promise<ShuffleportError> =>
  opening.then(
    () => {
      throw new Error('it opened');
    },
    (error: ShuffleportError) => error,
  );

describe('a file is what its bytes say', () => {
  const one = tensor(Float32Array.of(1), [1]);

  test.each([
    ['HDF5 called .npz', 'x.npz', damagedBytes('fixed-names'), 'keras-hdf5-weights'],
    ['a whole model called .txt', 'x.txt', damagedBytes('full-model'), 'keras-hdf5-model'],
    ['HDF5 after a user block', 'x', damagedBytes('user-block'), 'keras-hdf5-weights'],
    ["Keras 3's store called .h5", 'x.h5', damagedBytes('keras-3-store'), 'keras-v3-weights'],
    ['npz called .h5', 'x.h5', writeNpz([['fc/bias', one]]), 'npz'],
    ['safetensors called .h5', 'x.h5', writeSafetensors([['fc/bias', one]], {}), 'safetensors'],
  ])('%s', async (_, name, bytes, container) => {
    const checkpoint = await open(name, bytes);
    expect(checkpoint.container).toBe(container);
    checkpoint.close();
  });

  test('and not a checkpoint when they are of something else', async () => {
    const error = await failure(open('model.h5', encodeText('<!DOCTYPE html><title>404</title>')));
    expect(error).toMatchObject({ tag: 'WebPage', explanation: { where: 'model.h5' } });
  });

  test("JSON is not, unless it is an index of Keras's shards", async () => {
    const error = await failure(open('model.json', encodeText(' {"modelTopology": {}}')));
    expect(error).toMatchObject({ tag: 'UnknownFormat', explanation: { found: 'a JSON file', where: 'model.json' } });
  });
});

test('a .keras zip with its weights as npz is recognised and refused', async () => {
  const zip = writeZip([
    { name: 'config.json', bytes: encodeText('{}') },
    { name: 'model.weights.npz', bytes: writeNpz([]) },
  ]);
  const error = await failure(open('x.keras', zip));
  expect(error).toMatchObject({ tag: 'UnsupportedContainer', container: 'A .keras zip with weights as .npz' });
});

describe('HDF5 that is not Keras, or damaged', () => {
  test.each([
    ['keras-0', 'UnnamedWeights', 'groups layer_0: the layout of Keras 0.x'],
    ['not-keras', 'NotKeras', 'in it: temperature'],
    ['nothing', 'NotKeras', 'nothing in it'],
    ['soft-link-root', 'LinkRefused', '/model_weights'],
    ['external-link-root', 'LinkRefused', '/model_weights'],
    ['garbage-tail', 'DamagedFile', 'the HDF5 library says: '],
    ['broken-nodes', 'DamagedFile', 'the HDF5 library says: '],
    ['truncated', 'TruncatedFile', 'as the HDF5 superblock states'],
    ['truncated-superblock', 'TruncatedFile', '40 bytes'],
  ])('%s: %s', async (name, tag, text) => {
    const error = await failure(openDamaged(name));
    expect(error).toMatchObject({ tag, kind: 'file' });
    expect(error.message).toContain(text);
  });

  test('an attribute larger than the file is never believed', async () => {
    expect(await failure(openDamaged('enlarged-attribute'))).toMatchObject({ kind: 'file' });
  });
});

test('a file that is opened and refused is closed', async () => {
  const { FS } = (await ready) as unknown as { FS: { readdir(path: string): string[] } };
  const before = FS.readdir('/').length;
  for (const name of ['not-keras', 'keras-0', 'soft-link-root', 'broken-nodes']) await failure(openDamaged(name));
  expect(FS.readdir('/')).toHaveLength(before);
});

test('a name of control characters is made safe before it is printed', async () => {
  const error = await failure(open('\u001b[2Jweights.h5', new Uint8Array()));
  expect(error.message).not.toContain('\u001b');
  expect(error.message).toContain('\\u001b[2Jweights.h5');
});

test('a failure leaves no trace: good files read right between all the bad ones', async () => {
  const real = fixtureBytes('k21-g3/weights.h5');
  for (const name of DAMAGED_FILES) {
    const opened = await openDamaged(name).then(
      (checkpoint) => checkpoint,
      () => undefined,
    );
    for (const { weights } of opened?.layers ?? []) for (const weight of weights) await weight.read().catch(() => {});
    const good = await open(`${name}.h5`, damagedBytes('fixed-names')); // the bad file is still open here, as after a throw
    const values = await good.layers[1]!.weights[0]!.read();
    expect([...values.data], `after ${name}`).toEqual([-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75]);
    good.close();
    opened?.close();
  }
  // Keras 2.1.6 wrote 129 layers, 58 of them with weights.
  const checkpoint = await open('weights.h5', real);
  expect(checkpoint.layers).toHaveLength(129);
  expect(checkpoint.layers.filter(({ weights }) => weights.length > 0)).toHaveLength(58);
  checkpoint.close();
});

describe('files that Keras wrote', () => {
  test.each([
    ['k21-g3/weights.h5', 'keras-hdf5-weights', '2.1.6'],
    ['k21-g3-full/model_noopt.h5', 'keras-hdf5-model', '2.1.6'],
    ['k215-g3/weights.h5', 'keras-hdf5-weights', '2.15.0'],
  ])('%s', async (name, container, kerasVersion) => {
    const checkpoint = await open(name, fixtureBytes(name));
    expect(checkpoint).toMatchObject({ container, kerasVersion, backend: 'tensorflow' });
    const layer = checkpoint.layers.find((found) => found.name === 'stage2/block2/1x1_gconv_1_/g0')!;
    expect(layer.weights).toMatchObject([{ role: 'kernel', shape: [1, 1, 20, 5], dtype: 'float32' }]);
    expect((await layer.weights[0]!.read()).shape).toEqual([1, 1, 20, 5]);
    checkpoint.close();
  });
});
