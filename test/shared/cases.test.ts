// Every file of a real Keras ShuffleNet that names its layers, against what that Keras computed and what float64 did.
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
  /** Whether the same was computed in float64. */
  readonly reference64: boolean;
  readonly options: Options;
  readonly options_lastslice?: Options;
}

const cases = readIndex<Case[]>('cases/INDEX.json').flatMap((entry) =>
  entry.files
    // The one that names none is read by order, and tested where that is.
    .filter(([, what]) => !/v3-style/.test(what))
    .map(([file]) => ({ ...entry, path: shared(entry.dir, file), label: `${entry.case}/${file}` })),
);

test('the cases are found', () => {
  expect(cases.length).toBeGreaterThan(20);
});

describe.each(cases)('$label', ({ path, dir, reference, reference64, options, options_lastslice }) => {
  test.each(reference64 ? [reference, 'reference64.npz'] : [reference])(
    'agrees with %s layer by layer',
    async (name) => {
      const result = await verify(await fileSource(path), await fileSource(shared(dir, name)), options);
      expect(result.firstFailure).toBeNull();
      expect(result.verdict).toBe('pass');
      expect(result.layers.length).toBeGreaterThan(20);
      // Honest noise is there, and is not near what would be called an error.
      const used = Math.max(...result.layers.map(({ inherited }) => inherited!.budget));
      expect(used).toBeGreaterThan(0);
      expect(used).toBeLessThan(0.7);
    },
  );

  const lastSlice = shared(dir, 'reference_lastslice.npz');
  if (options_lastslice === undefined || !existsSync(lastSlice)) return;
  test('agrees with the last-slice reference only when told', async () => {
    const source = await fileSource(path);
    const recorded = await fileSource(lastSlice);
    expect((await verify(source, recorded, options_lastslice)).verdict).toBe('pass');
    const own = await verify(source, recorded, options);
    expect(own.verdict).toBe('fail');
    expect(own.sources.every((layer) => /1x1_gconv_[12]\/concat$/.test(layer))).toBe(true);
  });
});
