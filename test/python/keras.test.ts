// The Keras script, run by real Keras where SHUFFLEPORT_KERAS_PYTHON names a Python that has it (.ci/steps/80-keras.sh).
// article_net.py is the user's own model: the article's code, with its lambda and without its fault.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { readNpz } from '../../src/formats/npz.js';
import type { LoadingOptions } from '../../src/jobs/model.js';
import { verify } from '../../src/jobs/verify.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { fixtureBytes } from '../helpers/models.js';
import { findPython, type Ran, runScripts, type Task } from './run.js';

const named = process.env.SHUFFLEPORT_KERAS_PYTHON;
const found = named === undefined ? 'SHUFFLEPORT_KERAS_PYTHON names none' : findPython(named, ['keras', 'numpy']);
const python = typeof found === 'string' ? { command: '', name: `no Keras: ${found}` } : found;

/** 33 x 47 in training, average pooling, three groups: nothing coincides by chance. */
const ODD = fixtureBytes('k21-g3-odd/weights.h5');
const TASKS: Readonly<Record<string, Task>> = {
  plain: task({}, []),
  "on Keras's input": task({}, ['--input', 'keras.npz']),
  last: task({ slices: 'last' }, []),
  g8: { ...task({}, ['--batch', '1']), bytes: fixtureBytes('k21-g8/weights.h5') },
  'no top': task({ includeTop: false, pooling: null }, ['--batch', '1']),
  'own model with the lambda': model('ShuffleNet'),
  'own model with the offset bound': model('ShuffleNetBound'),
  'own model with another epsilon': model('WrongEpsilon'),
  'own model with its own weights': model('ShuffleNetBound', {}, ['--keep-weights']),
  'own model with the lambda, slices last': model('ShuffleNet', { slices: 'last' }),
  'own model with the offset bound, slices last': model('ShuffleNetBound', { slices: 'last' }),
};

function task(stated: LoadingOptions, args: readonly string[]): Task {
  return {
    file: 'weights.h5',
    bytes: ODD,
    options: { pooling: 'avg', ...stated, flavour: 'keras' },
    args,
    beside: {
      'keras.npz': fixtureBytes('k21-g3-odd/reference.npz'),
      'article_net.py': new Uint8Array(readFileSync(new URL('article_net.py', import.meta.url))),
    },
  };
}

function model(name: string, stated: LoadingOptions = {}, args: readonly string[] = []): Task {
  return task(stated, ['--model', `article_net.py:${name}`, '--batch', '1', ...args]);
}

describe.skipIf(typeof found === 'string')(`the Keras script, by ${python.name}`, () => {
  let ran: ReadonlyMap<string, Ran>;
  beforeAll(async () => {
    ran = await runScripts(python, TASKS);
  }, 600_000);

  test.each(Object.keys(TASKS))('runs: %s', (name) => {
    expect(ran.get(name)).toMatchObject({ status: 0, reference: expect.anything() });
    expect(ran.get(name)!.out).toMatch(/^\S*keras \d+\.\d+\S* on \w+, numpy /m);
  });

  test.each(['plain', "on Keras's input", 'last', 'g8', 'no top'])(
    'records every layer, and all pass: %s',
    async (name) => {
      const { bytes, options } = TASKS[name]!;
      const result = await verify(bytesSource('weights.h5', bytes), ran.get(name)!.reference!, options);
      expect(result).toMatchObject({ verdict: 'pass', notCompared: [], firstFailure: null });
      expect(result.layers).toHaveLength(buildNetwork(result.config).layers.length - 1);
    },
  );

  test('records what another Keras recorded', async () => {
    const outputs = async (bytes: Uint8Array) => new Map(readNpz(bytes, 'npz').map((entry) => [entry.key, entry]));
    const own = await outputs(await ran.get("on Keras's input")!.reference!.bytes());
    const other = await outputs(fixtureBytes('k21-g3-odd/reference.npz'));
    const [a, b] = [own.get('softmax')!.read().data, other.get('softmax')!.read().data];
    expect(Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-5);
  });

  const said = (name: string): string => ran.get(name)!.err + ran.get(name)!.out;

  test("tells the article's fault from the program's own output, and what to do", () => {
    const text = said('own model with the lambda');
    expect(text).toContain('WARNING: Your model does not read the slices that its code names');
    expect(text).toContain('stage2/block2/1x1_gconv_1/g0_slice differs');
    expect(text).toContain('shuffleport make-reference weights.h5 --pooling avg --slices last');
  });

  test('tells the reverse where the last slices were asked for', () => {
    expect(said('own model with the offset bound, slices last')).toContain(
      'Your model reads other slices than you said',
    );
  });

  test.each(['own model with the offset bound', 'own model with the lambda, slices last'])(
    'is content with: %s',
    (name) => {
      expect(said(name)).toMatch(/your model computes the same: 1\d\d layers compared/);
      expect(said(name)).not.toContain('WARNING: Your model');
    },
  );

  test('blames no slices for what they did not do, and names the first layer', () => {
    const text = said('own model with another epsilon');
    expect(text).toContain('stage2/block1/bn_gconv_1 is the first layer that differs');
    expect(text).toContain('Its slices are not the reason');
  });

  test('leaves a model its own weights when asked to', () => {
    expect(said('own model with its own weights')).toContain('conv1 is the first layer that differs');
  });
});
