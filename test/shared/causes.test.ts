// Every entry whose comparison fails is told its cause, the one that its index names; so are references that were
// recorded with late-bound slices, and weights held against another network's outputs.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import type { VerifyResult } from '../../src/results/verify.js';
import { captured, flagsOf, readIndex, shared } from './shared.js';

type Options = Record<string, unknown>;

/** What an entry's words say, the cause that is meant, and what must be said of it. */
const MEANT: readonly { readonly says: RegExp; readonly cause: string; readonly words: RegExp }[] = [
  { says: /epsilon 1e-5/, cause: 'bn-epsilon', words: /epsilon 1e-5 the difference vanishes/ },
  { says: /inverse shuffle/, cause: 'shuffle-inverse', words: /inverse shuffle .*groups · groups = channels/ },
  { says: /padding \(1,1\) instead/, cause: 'padding-symmetric', words: /padding \(1, 1\) instead of \(0, 1\)/ },
  { says: /late-bound slices/, cause: 'slices-last', words: /late-bound slices.*reference is wrong, not the port/ },
  { says: /scale: 0\.\.1/, cause: 'input-scale', words: /scale: 0\.\.1 instead of -1\.\.1/ },
  { says: /global max pooling/, cause: 'global-pool', words: /global max pooling/ },
  {
    says: /gamma and moving_variance exchanged/,
    cause: 'bn-weights-exchanged',
    words: /gamma and moving_variance are exchanged.*checkpoint.* is wrong/,
  },
];

async function verified(weights: string, reference: string, options: Options): Promise<VerifyResult> {
  const { out, streams } = captured();
  const args = ['verify', shared(weights), '--reference', shared(reference), ...flagsOf(options), '--json'];
  expect(await run(args, streams)).toBe(1);
  return JSON.parse(out.join('')) as VerifyResult;
}

const reported = readIndex<{ file: string; kind: string; expected: string; options: Options }[]>('corpus/INDEX.json')
  .filter(({ kind }) => kind === 'parity-fail')
  .map(({ file, expected, options }) => ({
    weights: 'corpus/base_weights_only.h5',
    reference: `corpus/${file}`,
    says: expected,
    options,
  }));

const damagedFiles = readIndex<{ file: string; verdict: string; what: string; reference: string; options: Options }[]>(
  'broken/INDEX.json',
)
  .filter(({ verdict }) => verdict === 'parity-fail')
  .map(({ file, what, reference, options }) => ({ weights: `broken/${file}`, reference, says: what, options }));

test('there are failures of both kinds', () => {
  expect([reported.length > 0, damagedFiles.length > 0]).toEqual([true, true]);
});

test.each([...reported, ...damagedFiles])(
  '$weights against $reference is told its cause',
  async ({ weights, reference, says, options }) => {
    const meant = MEANT.filter((entry) => entry.says.test(says));
    expect(meant).toHaveLength(1);
    const { firstFailure } = await verified(weights, reference, options);
    expect(firstFailure?.cause?.id).toBe(meant[0]!.cause);
    expect(firstFailure?.cause?.words).toMatch(meant[0]!.words);
    expect(firstFailure?.cause?.fix).toMatch(/\w/);
  },
);

const late = readIndex<{ dir: string; files: [string, string][]; options: Options; final_layer: string }[]>(
  'cases/INDEX.json',
)
  .map(({ dir, files, options }) => ({
    weights: `${dir}/${files[0]![0]}`,
    late: `${dir}/reference_lastslice.npz`,
    options,
  }))
  .filter(({ late, options }) => existsSync(shared(late)) && options.slices === 'own');

test.each(late)('$late is told to have late-bound slices', async ({ weights, late, options }) => {
  const { firstFailure } = await verified(weights, late, options);
  expect(firstFailure?.cause?.id).toBe('slices-last');
});

test('the outputs of another network are told to come from other weights', async () => {
  const { firstFailure } = await verified('cases/trained-digits-g3/weights.h5', 'cases/k21-g3/reference.npz', {
    pooling: 'max',
    slices: 'own',
  });
  expect(firstFailure?.cause?.id).toBe('weights-other');
});
