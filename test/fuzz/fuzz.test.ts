// What the fuzz run rests on: mutants that can be made again, checksums that hold, a judge that sees every fault.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { tensor } from '../../src/core/tensor.js';
import { readBases } from './bases.js';
import { anatomyOf, reseal } from './fields.js';
import { judge, type Verdict } from './judge.js';
import { lookup3 } from './lookup3.js';
import { mutantOf } from './mutate.js';
import { startReadsOracle } from './oracle.js';
import { quickOpener } from './quick.js';
import { digestOf, type OurReading, type Reading, type ReadWeight, readOurs } from './reading.js';
import { Tally } from './tally.js';

const root = join(import.meta.dirname, '../..');
const bases = readBases(root);
const baseNamed = (name: string) => bases.find((base) => base.name.endsWith(name))!;

describe('mutants', () => {
  test('are the same for the same seed and number, others for others', () => {
    const made = (seed: number, number: number) => Buffer.from(mutantOf(bases, seed, number).bytes).toString('base64');
    for (let number = 0; number < 40; number++) expect(made(1, number)).toBe(made(1, number));
    expect(new Set(Array.from({ length: 40 }, (_, number) => made(1, number))).size).toBeGreaterThan(35);
    expect(made(1, 7)).not.toBe(made(2, 7));
  });

  test('are made of every base, and leave it as it is', () => {
    const before = bases.map(({ bytes }) => lookup3(bytes));
    const used = new Set(Array.from({ length: 400 }, (_, number) => mutantOf(bases, 3, number).base));
    expect(used.size).toBe(bases.length);
    expect(bases.map(({ bytes }) => lookup3(bytes))).toEqual(before);
  });
});

describe('checksums', () => {
  test("are Jenkins's", () => {
    // The values that lookup3.c itself gives for this text and for none (driver5).
    const text = new TextEncoder().encode('Four score and seven years ago');
    expect(lookup3(text)).toBe(0x17770551);
    expect(lookup3(new Uint8Array())).toBe(0xdeadbeef);
  });

  test('are found where libhdf5 wrote them, and made right again', () => {
    const { bytes, anatomy } = baseNamed('dense.h5');
    expect(anatomy.seals.length).toBeGreaterThan(50);
    const damaged = bytes.slice();
    for (const { end } of anatomy.seals) damaged[end]! ^= 1;
    reseal(damaged, anatomy.seals);
    expect(damaged).toEqual(bytes);
  });
});

test('fields are found in headers of the earliest format too', () => {
  const { bytes } = baseNamed('fixed-names.h5');
  const text = Buffer.from(bytes).toString('latin1');
  const message = text.indexOf('\x11\x20\x1f\0\x04\0\0\0'); // the type of a float32
  expect(anatomyOf(bytes).fields).toContainEqual({ at: message, size: 1 });
  expect(anatomyOf(bytes).fields).toContainEqual({ at: text.indexOf('SNOD') + 4, size: 1 });
});

describe('the judge', () => {
  const weight: ReadWeight = { name: 'kernel:0', dtype: 'float32', shape: [2], digest: 'aa' };
  const file = (...weights: ReadWeight[]): Reading => ({ layers: [{ name: 'conv', weights }] });
  const ours = (...weights: ReadWeight[]): OurReading => ({
    ...file(...weights),
    container: 'keras-hdf5-weights',
    untagged: [],
    seconds: 0,
  });
  const good = file(weight);
  const error = { name: 'kernel:0', error: 'ReadFailed' };
  const refused: OurReading = { error: 'DamagedFile', untagged: [], seconds: 0 };

  test.each<[string, Verdict['verdict'], OurReading, Reading]>([
    ['all alike', 'equal', ours(weight), good],
    ['a weight refused', 'partial', ours(error), good],
    ['a file refused', 'refused', refused, good],
    ['read as before where others fail', 'looser', ours(weight), file({ name: 'kernel:0', error: 'OSError' })],
    ['a file read as before where others fail', 'looser', ours(weight), { error: 'OSError' }],
    [
      'values that stand in the file where others fail',
      'looser',
      ours({ ...weight, digest: 'bb', stored: true }),
      { error: 'OSError' },
    ],
    [
      'a layer that nobody lists and others cannot look for',
      'equal',
      ours(weight),
      { layers: [...good.layers!, { name: 'top_level_model_weights', error: 'KeyError' }] },
    ],
    [
      'no weights in a layer that others cannot read',
      'looser',
      ours(),
      { layers: [{ name: 'conv', error: 'OSError' }] },
    ],
    ['other values', 'fault', ours({ ...weight, digest: 'bb' }), good],
    ['other values that stand in the file', 'fault', ours({ ...weight, digest: 'bb', stored: true }), good],
    ['another shape', 'fault', ours({ ...weight, shape: [1, 2] }), good],
    ['another type', 'fault', ours({ ...weight, dtype: 'int32' }), good],
    ['a weight lost', 'fault', ours(), good],
    ['a weight invented', 'fault', ours(weight, { ...weight, name: 'bias:0' }), good],
    ['a layer under another name', 'fault', ours(weight), { layers: [{ name: 'conv1', weights: [weight] }] }],
    ['unlike before where others fail', 'fault', ours({ ...weight, digest: 'bb' }), { error: 'OSError' }],
    ['an error without a tag', 'fault', { ...refused, untagged: ['TypeError: x'] }, good],
    ['too slow', 'fault', { ...refused, seconds: 11 }, good],
  ])('%s: %s', (_, verdict, mine, theirs) => {
    expect(judge(mine, theirs, good).verdict).toBe(verdict);
  });

  test('says where we refuse what others read', () => {
    expect(judge(refused, good, good).stricter).toBe(true);
    expect(judge(ours(error), good, good).stricter).toBe(true);
    expect(judge(refused, { error: 'OSError' }, good).stricter).toBe(false);
  });
});

test('a digest is of values, not of their type or the bits of a NaN', () => {
  const nan = new Float32Array(Uint32Array.of(0x7fc12345, 0).buffer);
  const digest = digestOf(tensor(nan, [2]));
  expect(digest).toBe(digestOf(tensor(Float64Array.of(Number.NaN, 0), [2])));
  expect(digest).not.toBe(digestOf(tensor(Float64Array.of(Number.NaN, -0), [2])));
});

test('a weight is told to stand in the file just so, or not', async () => {
  const read = async (name: string) => {
    const { bytes, name: base } = baseNamed(name);
    const { layers } = await readOurs({ base, bytes }, openCheckpoint);
    return layers!.flatMap(({ weights }) => weights!.map(({ stored }) => stored));
  };
  expect(new Set(await read('fixed-names.h5'))).toEqual(new Set([true]));
  expect(await read('gzip.h5')).toContain(false);
});

test('a thread that is kept over errors reads what a fresh one reads', async () => {
  const quick = quickOpener();
  for (let number = 0; number < 12; number++) await readOurs(mutantOf(bases, 1, number), quick);
  const { bytes, name: base } = baseNamed('types.h5');
  const { seconds: _, ...kept } = await readOurs({ base, bytes }, quick);
  expect(await readOurs({ base, bytes }, openCheckpoint)).toMatchObject(kept);
});

test('a run is summed up, its last line for the counts of a check', () => {
  const tally = new Tally();
  tally.oracle = 'h5py';
  tally.add({ verdict: 'refused', reasons: ['DamagedFile'], stricter: true });
  tally.add({ verdict: 'fault', reasons: ['values: x'], stricter: false });
  expect(tally.failed).toBe(1);
  expect(tally.text(1)).toMatch(/2 files in 1 s[\s\S]*refused +1: DamagedFile 1[\s\S]*COUNT 1 1$/);
  tally.oracle = null;
  expect(tally.text(1)).toMatch(/^SKIPPED /);
});

const oracle = await startReadsOracle(root);

describe.skipIf(oracle === undefined)('the oracle', () => {
  test('reads good files as we do, every one', async () => {
    for (const { name: base, kind, bytes } of bases) {
      const theirs = await oracle!.ask({ kind, bytes });
      const verdict = judge(await readOurs({ base, bytes }, openCheckpoint), theirs, theirs);
      expect({ base, ...verdict }).toMatchObject({ verdict: expect.stringMatching('equal|partial') });
    }
  }, 60_000);

  test('says why it cannot read a file, and goes on', async () => {
    expect((await oracle!.ask({ kind: 'hdf5', bytes: new Uint8Array(9) })).error).toMatch('OSError');
    const { kind, bytes } = baseNamed('keras-3-store.h5');
    expect((await oracle!.ask({ kind, bytes })).layers).toHaveLength(1);
    oracle!.close();
  });
});
