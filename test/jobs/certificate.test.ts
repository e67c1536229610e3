// Certificates: the hashes against published ones, what counts as moved, and files that are none.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { encodeText } from '../../src/core/bytes.js';
import { certify, sha256 } from '../../src/jobs/certificate.js';
import { compareCertificates, stillHolds } from '../../src/jobs/compare-certificates.js';
import { readCertificate } from '../../src/jobs/read-certificate.js';
import { toJson } from '../../src/report/json.js';
import type { CertifiedResult } from '../../src/results/certificate.js';
import { verdict, verified } from '../report/results.js';

/** Of "abc" and of nothing: FIPS 180-4's examples. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const keras = (name: string): Uint8Array => readFileSync(new URL(`../../fixtures/keras/${name}`, import.meta.url));

const certificate: CertifiedResult['certificate'] = {
  version: '1.2.3',
  options: { pooling: 'avg', numShuffleUnits: [1, 2] },
  hashes: {
    checkpoint: [{ name: 'weights.h5', sha256: ABC }],
    reference: [{ name: 'reference.npz', sha256: NOTHING }],
  },
};

const certified = (layers = [verdict('conv1', 1e-7), verdict('fc', 1e-7)]): CertifiedResult => ({
  ...verified(layers),
  certificate,
});

describe('a hash', () => {
  test('is SHA-256 as the standard has it', async () => {
    expect(await sha256(encodeText('abc'))).toBe(ABC);
    expect(await sha256(new Uint8Array(0))).toBe(NOTHING);
  });

  test('is of a view alone, and of shared memory too', async () => {
    expect(await sha256(encodeText('_abc_').subarray(1, 4))).toBe(ABC);
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set(encodeText('abc'));
    expect(await sha256(shared)).toBe(ABC);
  });
});

describe('a certificate', () => {
  const result = verified([verdict('conv1', 1e-7)]);
  const stated = { version: '1.2.3', options: { pooling: 'max' } };

  test('is the result, with what it was made from', async () => {
    const checkpoint = bytesSource('w.h5', keras('k21-g3/weights.h5'));
    const reference = bytesSource('r.npz', encodeText('abc'));
    const { certificate: made, ...rest } = await certify(result, { checkpoint, reference, ...stated });
    expect(rest).toEqual(result);
    expect(made).toEqual({
      ...stated,
      hashes: {
        checkpoint: [{ name: 'w.h5', sha256: await sha256(keras('k21-g3/weights.h5')) }],
        reference: [{ name: 'r.npz', sha256: ABC }],
      },
    });
  });

  test('covers every shard that an index lists', async () => {
    const index = { weight_map: { '/layers/a/vars': 'a.h5', '/layers/b/vars': ['b.h5', 'a.h5'] } };
    const sibling = (name: string): Promise<Source> =>
      Promise.resolve(bytesSource(name, encodeText(name === 'a.h5' ? 'abc' : '')));
    const checkpoint = { ...bytesSource('x.weights.json', encodeText(JSON.stringify(index))), sibling };
    const reference = bytesSource('r.npz', encodeText(''));
    const made = await certify(result, { checkpoint, reference, ...stated });
    expect(made.certificate.hashes.checkpoint).toEqual([
      { name: 'x.weights.json', sha256: await sha256(encodeText(JSON.stringify(index))) },
      { name: 'a.h5', sha256: ABC },
      { name: 'b.h5', sha256: NOTHING },
    ]);
  });
});

describe('what moved', () => {
  const before = certified();
  const since = (change: Partial<CertifiedResult>) => compareCertificates(before, { ...before, ...change });
  const ofCertificate = (change: Partial<CertifiedResult['certificate']>) =>
    since({ certificate: { ...certificate, ...change } });

  test('is nothing when nothing did', () => {
    expect(since({})).toEqual([]);
    expect(stillHolds([])).toBe(true);
  });

  test('are the files by their bytes, wherever they lie', () => {
    const hashes = { ...certificate.hashes, checkpoint: [{ name: 'elsewhere/w.h5', sha256: NOTHING }] };
    expect(ofCertificate({ hashes })).toEqual([{ kind: 'hash', what: 'checkpoint', before: ABC, after: NOTHING }]);
    const moved = { ...certificate.hashes, reference: [{ name: 'elsewhere.npz', sha256: NOTHING }] };
    expect(ofCertificate({ hashes: moved })).toEqual([]);
  });

  test('are shards that came or went', () => {
    const checkpoint = [...certificate.hashes.checkpoint, { name: 'shard.h5', sha256: ABC }];
    expect(ofCertificate({ hashes: { ...certificate.hashes, checkpoint } })).toEqual([
      { kind: 'hash', what: 'checkpoint: shard.h5', before: '-', after: ABC },
    ]);
  });

  test('is what was stated, and what was decided, whatever order it is written in', () => {
    expect(ofCertificate({ options: { numShuffleUnits: [1, 2], slices: 'last' } })).toEqual([
      { kind: 'option', what: 'pooling', before: '"avg"', after: '-' },
      { kind: 'option', what: 'slices', before: '-', after: '"last"' },
    ]);
    const { bottleneckFrom, convBias, firstGconv2Grouped } = before.config.revision;
    const revision = { firstGconv2Grouped, convBias, bottleneckFrom };
    expect(since({ config: { ...before.config, revision, groups: 8 } })).toEqual([
      { kind: 'setting', what: 'groups', before: '3', after: '8' },
    ]);
  });

  test('is the verdict', () => {
    expect(since({ verdict: 'undecided' })).toEqual([
      { kind: 'verdict', what: 'verdict', before: 'pass', after: 'undecided' },
    ]);
  });

  test('is a layer whose error moved by more than its bound, and not one that moved by less', () => {
    const [conv1, fc] = before.layers;
    const budget = (own: number, inherited: number) => ({
      ...conv1!,
      own: { ...conv1!.own!, budget: own },
      inherited: { ...conv1!.inherited!, budget: inherited },
    });
    expect(since({ layers: [budget(0.25 + 0.99, 0.06 + 0.99), fc!] })).toEqual([]);
    expect(since({ layers: [budget(1.5, 1.25), fc!] })).toEqual([
      { kind: 'layer', what: 'conv1', field: 'own error', before: '0.250', after: '1.50' },
      { kind: 'layer', what: 'conv1', field: 'free run', before: '0.0600', after: '1.25' },
    ]);
    expect(since({ layers: [budget(Number.POSITIVE_INFINITY, Number.NaN), fc!] })).toHaveLength(2);
    const broken = certified([budget(Number.POSITIVE_INFINITY, Number.NaN)]);
    expect(compareCertificates(broken, broken)).toEqual([]);
  });

  test('is a layer that came, went, fails, or has another shape', () => {
    const layers = [verdict('conv1', null, true), verdict('new', 1e-7)];
    expect(since({ layers }).map(({ what, field, before: from, after }) => [what, field, from, after])).toEqual([
      ['conv1', 'verdict', 'pass', 'fail'],
      ['conv1', 'own error', '0.250', '-'],
      ['conv1', 'free run', '0.0600', '-'],
      ['new', 'verdict', '-', 'pass'],
      ['fc', 'verdict', 'pass', '-'],
    ]);
  });

  test('by a stated tolerance is the relative error alone', () => {
    const [first, second] = [certified([verdict('conv1', 1e-7)]), certified([verdict('conv1', 3e-7)])];
    const own = { ...second.layers[0]!.own!, budget: 9 };
    const later = { ...second, tolerance: 1e-7, layers: [{ ...second.layers[0]!, own }] };
    expect(compareCertificates(first, later)).toEqual([
      { kind: 'layer', what: 'conv1', field: 'relative error', before: '1.00e-7', after: '3.00e-7' },
    ]);
    expect(compareCertificates(first, { ...later, tolerance: 1e-6 })).toEqual([]);
  });

  test('undoes the certificate, but for the version of this package', () => {
    const newer = ofCertificate({ version: '2.0.0' });
    expect(newer).toEqual([{ kind: 'version', what: 'shuffleport', before: '1.2.3', after: '2.0.0' }]);
    expect(stillHolds(newer)).toBe(true);
    expect(stillHolds([...newer, ...since({ verdict: 'fail' })])).toBe(false);
  });
});

describe('a certificate read back', () => {
  const read = (text: string) => readCertificate(bytesSource('old\u001b.json', encodeText(text)));
  const fields = (): Record<string, unknown> => JSON.parse(toJson('verify', certified())) as Record<string, unknown>;
  const changed = (change: object) => read(JSON.stringify({ ...fields(), ...change }));

  test('says what it said', async () => {
    expect(compareCertificates(await read(toJson('verify', certified())), certified())).toEqual([]);
  });

  test('has the numbers that JSON lacks', async () => {
    const infinite = {
      ...verdict('conv1', 1, true),
      own: { ...verdict('conv1', 1).own!, budget: Number.POSITIVE_INFINITY },
    };
    const result = certified([infinite]);
    const facts = await read(toJson('verify', result));
    expect(facts.layers[0]!.own!.budget).toBe(Number.POSITIVE_INFINITY);
    expect(compareCertificates(facts, result)).toEqual([]);
  });

  test.each([
    ['text', 'no JSON', () => read('PASS')],
    ['text nested too deep', 'nested more than 512', () => read('['.repeat(9000) + ']'.repeat(9000))],
    ['a list', 'other JSON', () => read('[]')],
    ['another schema', 'other JSON', () => changed({ schema: 'shuffleport/diff' })],
    ['another version', 'another schema version', () => changed({ schemaVersion: 2 })],
    ['no hashes', 'without hashes', () => changed({ certificate: undefined })],
    ['a verdict that is none', 'verdict', () => changed({ verdict: 'fine' })],
    ['a tolerance that is none', 'tolerance', () => changed({ tolerance: 'small' })],
    ['layers that are none', 'layers', () => changed({ layers: {} })],
    ['a layer that is none', 'layers', () => changed({ layers: [3] })],
    ['a layer without a name', 'layers.layer', () => changed({ layers: [{ ...verdict('a', 1), layer: 1 }] })],
    [
      'a layer without a budget',
      'layers.own.budget',
      () => changed({ layers: [{ ...verdict('a', 1), own: { budget: null } }] }),
    ],
    ['settings that nest too deep', 'config', () => changed({ config: { a: { b: { c: {} } } } })],
    ['options that are a list', 'certificate.options', () => changed({ certificate: { ...certificate, options: [] } })],
    [
      'a hash that is none',
      'certificate.hashes.sha256',
      () =>
        changed({
          certificate: { ...certificate, hashes: { checkpoint: [{ name: 'a', sha256: 'abc' }], reference: [] } },
        }),
    ],
  ])('is refused for %s', async (_, found, reading) => {
    const error = await reading().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ tag: 'NotACertificate', kind: 'file' });
    expect((error as { explanation: { found: string } }).explanation.found).toContain(found);
    expect((error as Error).message).not.toContain('\u001b');
  });

  test('is refused before it is read where it is too large', async () => {
    const bytes = () => Promise.reject(new Error('was read'));
    await expect(readCertificate({ name: 'a', size: 17 * 1024 * 1024, bytes })).rejects.toMatchObject({
      tag: 'NotACertificate',
    });
  });
});
