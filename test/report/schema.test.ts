// docs/schema/verify.schema.json against what verify really answers, and against what it must not.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { certify } from '../../src/jobs/certificate.js';
import { verify } from '../../src/jobs/verify.js';
import { toJson } from '../../src/report/json.js';
import type { ReportedResult } from '../../src/results/certificate.js';
import { faultsOf } from './json-schema.js';
import { topOneImage, verdict, verified } from './results.js';

const root = new URL('../../', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('docs/schema/verify.schema.json', root), 'utf8')) as Record<
  string,
  unknown
>;

const faults = (result: object): string[] => faultsOf(JSON.parse(toJson('verify', result)), schema);

const keras = (name: string) =>
  bytesSource(name, new Uint8Array(readFileSync(new URL(`fixtures/keras/k21-g3/${name}`, root))));

/** Some arrays of a reference. */
async function recorded(name: string, ...keys: string[]) {
  const arrays = readNpz(await keras(name).bytes(), name).filter(({ key }) => ['input', ...keys].includes(key));
  return bytesSource(name, writeNpz(arrays.map(({ key, read }) => [key, read()])));
}

describe('the schema of verify', () => {
  test('fits what passes, with its certificate', async () => {
    const [checkpoint, reference] = [keras('weights.h5'), await recorded('reference.npz', 'conv1', 'softmax')];
    const result = await verify(checkpoint, reference, { pooling: 'max' });
    const certified = await certify(result, { checkpoint, reference, version: '1', options: { pooling: 'max' } });
    expect(certified.verdict).toBe('pass');
    expect(faults(certified)).toEqual([]);
  });

  test('fits what fails and what is undecided', async () => {
    const last = await recorded('reference_lastslice.npz', 'stage2/block2/1x1_gconv_1/concat', 'fc');
    const failing = await verify(keras('weights.h5'), last, { pooling: 'max' });
    expect([failing.verdict, faults(failing)]).toEqual(['fail', []]);
    const open = await verify(keras('weights.h5'), await recorded('reference.npz', 'softmax'), {});
    expect([open.verdict, faults(open)]).toEqual(['undecided', []]);
  });

  test('fits other shapes, infinities, causes, and what moved', () => {
    const cause = { id: 'a', words: 'b', fix: 'c' };
    const base = verified([verdict('a', Number.POSITIVE_INFINITY, true), verdict('b', null, true)]);
    const moved = { kind: 'layer', what: 'a', field: 'own error', before: '-', after: '1' } as const;
    const result: ReportedResult = {
      ...base,
      unroundedWeights: { formats: ['float16'], layers: ['fc'] },
      topOne: {
        layer: 'fc',
        images: [topOneImage({ margin: Number.NaN }), topOneImage({ recorded: null, agrees: null })],
      },
      tolerance: 1e-5,
      firstFailure: { ...base.firstFailure!, cause, causeSearch: { state: 'stopped', tried: 0, of: 41 } },
      against: { name: 'old.json', holds: false, moved: [moved] },
      repro: { files: ['bug.npz', 'bug.py'] },
    };
    expect(faults({ ...result, repro: null })).toEqual([]);
    expect(faults(result)).toEqual([]);
    expect(faults({ ...base, firstFailure: verified([verdict('b', null, true)]).firstFailure })).toEqual([]);
    expect(faults({ ...base, firstFailure: { ...base.firstFailure!, causeSearch: null } })).toEqual([]);
  });

  const good = verified([verdict('conv1', 1e-7)]);
  test.each([
    ['/verdict', { verdict: 'fine' }],
    ['/layers', { layers: {} }],
    ['/layers/0/own/budget', { layers: [{ ...verdict('a', 1), own: { ...verdict('a', 1).own!, budget: 'much' } }] }],
    ['/source/bytes', { source: { name: 'a', bytes: -1 } }],
    ['/config/groups', { config: { ...good.config, groups: 1.5 } }],
    ['/reference/name: missing', { reference: { bytes: 1 } }],
    ['/more: not in the schema', { more: 1 }],
    ['/repro/files: missing', { repro: {} }],
    [
      '/certificate/hashes/reference/0/sha256',
      { certificate: { version: '', options: {}, hashes: { checkpoint: [], reference: [{ name: '', sha256: 'A' }] } } },
    ],
  ])('refuses what is wrong at %s', (at, change) => {
    expect(faults(good)).toEqual([]);
    const [fault, ...more] = faults({ ...good, ...change });
    expect(fault).toContain(at);
    expect(more).toEqual([]);
  });

  test('is checked whole: a keyword that the check does not know is an error', () => {
    expect(() => faultsOf(1, { multipleOf: 2 })).toThrow('multipleOf');
  });
});
