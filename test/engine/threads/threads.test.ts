// Several threads: the same values, whoever computes them; and what is told where there can be none.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEngine } from '../../../src/engine/engine.js';
import { SMALL } from '../../helpers/exports.js';
import { noise, randomModel } from '../../helpers/models.js';

const model = await randomModel({ ...SMALL, groups: 3 });
const INPUT = noise([1, 33, 28, 3]).data;
const alone = await createEngine(model);
const EXPECTED = alone.run(INPUT);

afterEach(() => vi.unstubAllGlobals());

/** As in a page: no Node, and `Worker` is this, or missing. */
function inPage(worker: unknown): void {
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  vi.stubGlobal('Worker', worker);
}

describe('threads', () => {
  test.each([2, 3, 5])('%i give what one gives, run after run', async (threads) => {
    const engine = await createEngine(model, { threads });
    expect(engine.name).toMatch(new RegExp(`, ${threads} threads$`));
    expect(engine.notes).toEqual([]);
    for (let i = 0; i < 50; i++) expect(engine.run(INPUT)).toEqual(EXPECTED);
    engine.dispose();
  });

  test("are Node's own, whatever stands in the place of a page's", async () => {
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new TypeError('this takes a path');
        }
      },
    );
    const engine = await createEngine(model, { threads: 2 });
    expect(engine.notes).toEqual([]);
    expect(engine.run(INPUT)).toEqual(EXPECTED);
    engine.dispose();
  });

  test('help again after they have slept', async () => {
    const engine = await createEngine(model, { threads: 2 });
    engine.run(INPUT);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(engine.run(INPUT)).toEqual(EXPECTED);
    engine.dispose();
  });

  test('are not needed: two that never come change nothing', async () => {
    inPage(
      class {
        onmessage: (() => void) | undefined;
        postMessage() {
          queueMicrotask(() => this.onmessage?.());
        }
        terminate() {}
      },
    );
    const engine = await createEngine(model, { threads: 3 });
    expect(engine.run(INPUT)).toEqual(EXPECTED);
    expect(engine.run(INPUT)).toEqual(EXPECTED);
    engine.dispose();
  });
});

describe('one thread, and why', () => {
  test('where memory cannot be shared', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const engine = await createEngine(model, { threads: 4 });
    expect(engine.name).toMatch(/, 1 thread$/);
    expect(engine.notes).toEqual(['1 thread: the page is not cross-origin isolated, so it has no SharedArrayBuffer']);
    expect(engine.run(INPUT)).toEqual(EXPECTED);
  });

  test('where workers are refused', async () => {
    inPage(
      class {
        onerror: ((event: { message: string }) => void) | undefined;
        postMessage() {
          queueMicrotask(() => this.onerror?.({ message: '' }));
        }
      },
    );
    const engine = await createEngine(model, { threads: 2 });
    expect(engine.notes).toEqual(['1 of 2 threads: Error: the worker was refused, by Content-Security-Policy perhaps']);
    expect(engine.name).toMatch(/, 1 thread$/);
    expect(engine.run(INPUT)).toEqual(EXPECTED);
  });

  test('where there are no workers at all', async () => {
    inPage(undefined);
    const engine = await createEngine(model, { threads: 2 });
    expect(engine.notes).toEqual(['1 of 2 threads: Error: there are no workers here']);
    expect(engine.run(INPUT)).toEqual(EXPECTED);
  });
});

describe('an engine', () => {
  test('runs a batch image by image', async () => {
    const both = Float32Array.from([...INPUT, ...INPUT.map((value) => -value)]);
    const found = alone.run(both);
    expect(found.subarray(0, EXPECTED.length)).toEqual(EXPECTED);
    expect(found.length).toBe(2 * EXPECTED.length);
    expect(found.subarray(EXPECTED.length)).toEqual(alone.run(INPUT.map((value) => -value)));
  });

  test('measures first where it is told to, and gives the same', async () => {
    expect((await createEngine(model, { tune: true })).run(INPUT)).toEqual(EXPECTED);
  });

  test.each([0, 1, INPUT.length + 1])('refuses %i values, which are no whole images', (length) => {
    expect(() => alone.run(new Float32Array(length))).toThrow(
      `The input is not of whole images.\n  found:    ${length} values\n  expected: a multiple of ${INPUT.length}: (batch, 33, 28, 3)\n  next:     resize the images first`,
    );
  });

  test('is not used after it was disposed of', async () => {
    const engine = await createEngine(model, { threads: 2 });
    engine.dispose();
    engine.dispose();
    expect(() => engine.run(INPUT)).toThrow('The engine has been disposed of.');
  });

  test('is made for one size, which must be said where the network leaves it open', async () => {
    const open = await randomModel({ ...SMALL, inputShape: [null, null, 3] });
    await expect(createEngine(open)).rejects.toThrow(
      'The network takes inputs of any size, and the engine is made for one.\n  found:    (None, None, 3)\n  next:     say inputShape: [height, width, channels]',
    );
  });
});
