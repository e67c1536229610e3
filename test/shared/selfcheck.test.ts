// The self-check over every file whose training is known: no wrong decision on any, and no honest file called wrong.
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { selfCheckFile } from '../../src/jobs/selfcheck.js';
import { fileSource } from '../../src/node/files.js';
import { readIndex, shared } from './shared.js';

interface Entry {
  readonly case?: string;
  readonly dir?: string;
  readonly file?: string;
  readonly files?: readonly (readonly [string, ...unknown[]])[];
  readonly complete_network?: boolean;
}

/** Networks that were trained, and the slices they were trained with. All others have random statistics. */
const TRAINED: Readonly<Record<string, 'own' | 'last'>> = {
  'trained-digits-g3': 'own',
  'trained-digits-g3-tf2-lastslice': 'last',
  'k21-g3-full': 'own',
};

const cases = readIndex<Entry[]>('cases/INDEX.json').flatMap(({ case: name, dir, files }) =>
  files!.map(([file]) => ({ name: name!, path: shared(dir!, file), label: `${name}/${file}` })),
);

describe.each(cases)('$label', ({ name, path }) => {
  const nameless = path.endsWith('k215-g3-v3/saved.weights.h5');
  test('is decided rightly or not at all', async () => {
    const result = await selfCheckFile(await fileSource(path), nameless ? { map: 'order' } : {});
    const expected = TRAINED[name] ?? (result.config.groups === 1 ? 'own' : 'undecided');
    expect(result.slices.decision).toBe(expected);
    expect(result.verdict).toBe(name in TRAINED ? 'consistent' : 'no evidence');
    expect(['article', 'undecided']).toContain(result.shuffle.decision);
    expect(result.findings).toEqual([]);
  });
});

const corpus = readIndex<Entry[]>('corpus/INDEX.json').filter(
  ({ file, complete_network }) => complete_network && file!.startsWith('nan_inf') === false && !/_v2_/.test(file!),
);

describe.each(corpus)('corpus/$file', ({ file }) => {
  test("reads its own slices, shuffled as the article's", async () => {
    const source = await fileSource(shared('corpus', file!));
    const result = await selfCheckFile(source, file!.startsWith('autonamed') ? { map: 'order' } : {});
    expect(result.verdict).toBe('consistent');
    expect(result.shuffle.decision).toBe('article');
    // Its convolutions' biases were added afterwards, and the statistics do not know of them: too little to decide by.
    expect(result.slices.decision).toBe(file!.startsWith('early_revision') ? 'undecided' : 'own');
    expect(result.findings).toEqual([]);
  });
});

test('every case of the directory is in the index', () => {
  const folders = readdirSync(shared('cases'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(new Set(cases.map(({ name }) => name)).size).toBe(folders.length);
  expect(cases.every(({ path }) => existsSync(path))).toBe(true);
});
