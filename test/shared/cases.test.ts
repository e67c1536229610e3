// Every legacy HDF5 file of a real Keras ShuffleNet, against what that Keras computed.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/jobs/verify.js';
import { fileSource } from '../../src/node/files.js';
import type { Pooling, Slices } from '../../src/shufflenet/settings.js';
import { readIndex, shared } from './shared.js';

interface Options {
  readonly pooling: Pooling;
  readonly slices: Slices;
}

interface Case {
  readonly case: string;
  readonly dir: string;
  readonly files: readonly (readonly [name: string, what: string, bytes: number])[];
  readonly reference: string;
  readonly options: Options;
  readonly options_lastslice?: Options;
}

/** The evaluator computes in float64: what is left is Keras's own float32 error, at most 2.3e-6 where it was measured. */
const BOUND = 3e-6;

const cases = readIndex<Case[]>('cases/INDEX.json').flatMap((entry) =>
  entry.files
    .filter(([name, what]) => name.endsWith('.h5') && !/v3|^Keras 3 \.weights/.test(what))
    .map(([file]) => ({ ...entry, path: shared(entry.dir, file), label: `${entry.case}/${file}` })),
);

describe.each(cases)('$label', ({ path, dir, reference, options, options_lastslice }) => {
  test('agrees with Keras layer by layer', async () => {
    const result = await verify(await fileSource(path), await fileSource(shared(dir, reference)), {
      ...options,
      tolerance: BOUND,
    });
    expect(result.firstFailure).toBeNull();
    expect(result.verdict).toBe('pass');
    expect(result.layers.length).toBeGreaterThan(20);
  });

  const lastSlice = shared(dir, 'reference_lastslice.npz');
  if (options_lastslice === undefined || !existsSync(lastSlice)) return;
  test('agrees with the last-slice reference only when told', async () => {
    const source = await fileSource(path);
    const recorded = await fileSource(lastSlice);
    expect((await verify(source, recorded, { ...options_lastslice, tolerance: BOUND })).verdict).toBe('pass');
    expect((await verify(source, recorded, options)).verdict).toBe('fail');
  });
});
