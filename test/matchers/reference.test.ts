// `toMatchReference` in Vitest: models and files, every kind of reference, green and red, and the words of `verify`.
import { afterAll, describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { writeNpz } from '../../src/formats/npz.js';
import { loadModel } from '../../src/jobs/model.js';
import { verify } from '../../src/jobs/verify.js';
import type { Executor } from '../../src/network/executor.js';
import { readFixture } from '../../src/parity/fixture.js';
import { verifyText } from '../../src/report/verify.js';
import type { MatchOptions, Reference } from '../../src/vitest.js';
import '../../src/vitest.js';
import { newFolder } from '../cli/shell.js';
import { loadReference } from '../helpers/models.js';
import { asArrays, referenceWith, weightsOf } from '../jobs/material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const MODEL = await loadModel(G3, { pooling: 'max' });
const CONCAT = 'stage2/block2/1x1_gconv_1/concat';

const some = (name: string, ...keys: string[]) =>
  referenceWith(name, (key, array) => (keys.includes(key) ? [key, array] : undefined));
const RIGHT = some('k21-g3/reference.npz', 'conv1', 'softmax');
const WRONG = some('k21-g3/reference_lastslice.npz', 'conv1', 'stage2/block1/relu_out', CONCAT);
const bytes = await RIGHT.bytes();

const folder = newFolder();
afterAll(() => folder.remove());
const FILE = folder.write('weights.npz', writeNpz(await weightsOf('k21-g3/weights.h5')));
const RIGHT_FILE = folder.write('right.npz', bytes);

/** What an assertion says when it is red. */
const saidBy = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'nothing: it is green',
    (error: Error) => error.message,
  );

describe('toMatchReference', () => {
  test.each([
    ['a path', RIGHT_FILE],
    ['bytes', bytes],
    ['a source', RIGHT],
    ['a fixture', readFixture(bytes, 'fixture')],
  ])('is green for a model and %s', async (_, reference) => {
    await expect(MODEL).toMatchReference(reference);
    expect(await saidBy(expect(MODEL).not.toMatchReference(reference))).toMatch(
      /^expected the reference not to be matched\nPASS ShuffleNet_\S+: 2 layers compared/,
    );
  });

  test('is green for files, which may be paths or sources, with the settings that they need', async () => {
    await expect(FILE).toMatchReference(RIGHT_FILE, { pooling: 'max' });
    await expect(G3).toMatchReference(readFixture(bytes, 'fixture'), { pooling: 'max' });
    await expect(G3).not.toMatchReference(WRONG, { pooling: 'max' });
  });

  test('is red for a file in the words of verify', async () => {
    const text = verifyText(await verify(G3, WRONG, { pooling: 'max' }));
    expect(text).toContain(`\nfirst layer at fault: ${CONCAT}\n`);
    expect(text).toContain('\n  fix: Record the reference again');
    expect(await saidBy(expect(G3).toMatchReference(WRONG, { pooling: 'max' }))).toBe(text);
  });

  test('is red for a model in the same words, but for what only a file tells', async () => {
    const text = verifyText(await verify(G3, WRONG, { pooling: 'max' }));
    const [headline, , , , ...rest] = text.split('\n');
    const said = await saidBy(expect(MODEL).toMatchReference(WRONG));
    expect(said.split('\n')).toEqual([headline!.replace(G3.name, MODEL.network.name), ...rest]);
    await expect(MODEL).not.toMatchReference(WRONG);
  });

  test('is held to a stated tolerance', async () => {
    await expect(MODEL).toMatchReference(RIGHT, { tolerance: 1e-4 });
    expect(await saidBy(expect(MODEL).toMatchReference(RIGHT, { tolerance: 1e-12 }))).toContain(
      'by the stated tolerance 1e-12',
    );
    await expect(G3).not.toMatchReference(RIGHT, { pooling: 'max', tolerance: 1e-12 });
  });

  test('runs a model by the executor that is given', async () => {
    const recorded = loadReference('k21-g3/reference.npz');
    const replay: Executor = {
      name: 'replay',
      run: async (_, observe = []) => new Map(observe.map((name) => [name, recorded.get(name)!])),
    };
    await expect(MODEL).toMatchReference(RIGHT, { executor: replay });
    const strays: Executor = {
      name: 'strays',
      run: async (_, observe = []) =>
        new Map(
          observe.map((name) => [name, { ...recorded.get(name)!, data: recorded.get(name)!.data.map((v) => v + 1) }]),
        ),
    };
    expect(await saidBy(expect(MODEL).toMatchReference(RIGHT, { executor: strays }))).toMatch(
      /^FAIL .*run from the input/s,
    );
  });

  test("knows the layers under the names that the model's file writes", async () => {
    const weights = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, value]) => {
      const at = key.lastIndexOf('/');
      return [`${key.slice(0, at).replaceAll('/', '.')}${key.slice(at)}`, value] as const;
    });
    const model = await loadModel(bytesSource('dots.npz', writeNpz(weights)), { pooling: 'max' });
    expect(model.report.scheme).toBe('dots');
    const dotted = referenceWith('k21-g3/reference.npz', (key, array) =>
      key === 'stage2/block2/add' ? ['stage2.block2.add', array] : undefined,
    );
    await expect(model).toMatchReference(dotted);
  });

  test('is red either way where the reference does not tell: both poolings fit', async () => {
    expect(await saidBy(expect(G3).toMatchReference(RIGHT))).toMatch(/^UNDECIDED /);
    expect(await saidBy(expect(G3).not.toMatchReference(RIGHT))).toMatch(/^UNDECIDED .*say --pooling/s);
  });
});

describe('is an error, with .not too,', () => {
  const gone = folder.at('gone.npz');
  test.each<[string, unknown, [Reference, MatchOptions?], string]>([
    ['a path that leads nowhere', gone, [RIGHT_FILE], 'There is no such file.'],
    ['a reference that is not there', MODEL, [gone], 'There is no such file.'],
    ['a promise of a model', Promise.resolve(MODEL), [RIGHT], 'await loadModel'],
    ['nothing', undefined, [RIGHT], 'What was received is neither a model nor a file.'],
    ['a reference of another kind', MODEL, [{} as never], 'The reference is no fixture.'],
    ['settings for a model, which has its own', MODEL, [RIGHT, { pooling: 'avg' }], '`pooling` is for files'],
    ['an executor for a file', FILE, [RIGHT, { executor: {} as Executor }], 'An executor runs a model, not a file.'],
    ['a reference of other layers', MODEL, [some('k21-g3/reference.npz')], 'No recorded output'],
  ])('%s', async (_, received, args, words) => {
    for (const assertion of [expect(received), expect(received).not]) {
      expect((await saidBy(assertion.toMatchReference(...args))).toLowerCase()).toContain(words.toLowerCase());
    }
  });
});
