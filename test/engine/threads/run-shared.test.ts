// One thread's side of a shared run: which parts it claims, in which order, and when it leaves.
import { describe, expect, test } from 'vitest';
import { sharedRun } from '../../../src/engine/threads/run-shared.js';
import { claimWord, doneWord, wordBytes } from '../../../src/engine/threads/words.js';
import { FunctionBuilder } from '../../../src/engine/wasm/function.js';
import { encodeModule } from '../../../src/engine/wasm/module.js';

/** Newer than the types that this project is compiled with. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(words: Int32Array, index: number, value: number, milliseconds: number): { readonly value: Promise<string> };
};

/** How often something was called, then with what. */
const LOG = 4096;

/** `log = [...log, parameter]`. */
function logger(): FunctionBuilder {
  const f = new FunctionBuilder('log', 1);
  const count = f.i32();
  f.const(0).const(1).atomicAdd(LOG).set(count);
  // The log holds zeros.
  f.get(count)
    .const(4)
    .multiply()
    .get(0)
    .atomicAdd(LOG + 4)
    .drop();
  return f;
}

/** A run of steps with so many parts: part `p` of step `s` logs `10 s + p`. */
function shared(...counts: readonly number[]) {
  const log = logger();
  const steps = counts.map((count, s) =>
    Array.from({ length: count }, (_, p) => [{ kernel: log, args: [10 * s + p] }]),
  );
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new WebAssembly.Module(encodeModule([log, sharedRun(steps)], { pages: 1, shared: true }));
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  const words = new Int32Array(memory.buffer);
  return {
    words,
    run: exports.run as (run: number, thread: number, mayWait: number) => void,
    /** What a run begins with: nobody has claimed anything. */
    begin: (run: number) => {
      for (const step of counts.keys()) {
        words[claimWord(step) / 4] = run << 16;
        words[doneWord(step) / 4] = 0;
      }
    },
    logged: () => [...words.subarray(LOG / 4 + 1, LOG / 4 + 1 + words[LOG / 4]!)],
    done: () => [...counts.keys()].map((step) => words[doneWord(step) / 4]),
  };
}

describe('a thread alone', () => {
  test.each([
    ['from the front', 0, [0, 1, 2, 3, 10, 20, 21, 22]],
    ['from the end, if its number is odd', 1, [3, 2, 1, 0, 10, 22, 21, 20]],
    ['from the front, if its number is even', 2, [0, 1, 2, 3, 10, 20, 21, 22]],
  ])('computes every part of every step, %s', (_, thread, expected) => {
    const { begin, run, logged, done } = shared(4, 1, 3);
    begin(7);
    run(7, thread, 0);
    expect(logged()).toEqual(expected);
    expect(done()).toEqual([4, 1, 3]);
  });

  test('takes what is left of a step: parts that others claimed from either side are theirs', () => {
    const { begin, run, words, logged } = shared(6);
    begin(1);
    // Two from the front, one from the end, and done.
    words[claimWord(0) / 4]! |= (1 << 8) | 2;
    words[doneWord(0) / 4] = 3;
    run(1, 0, 0);
    expect(logged()).toEqual([2, 3, 4]);
  });

  test('computes the largest number of parts that can be told apart, in the latest of runs', () => {
    const { begin, run, logged } = shared(255);
    begin(0xffff);
    run(0xffff, 1, 0);
    expect(logged()).toEqual(Array.from({ length: 255 }, (_, i) => 254 - i));
  });
});

describe('a thread that is late', () => {
  test('leaves a step of another run alone', () => {
    const { begin, run, logged, done } = shared(2, 2);
    begin(8);
    run(7, 1, 1);
    expect([logged(), done()]).toEqual([[], [0, 0]]);
  });

  test('leaves where another run begins while it computes', () => {
    const { begin, run, words, logged } = shared(2, 2);
    begin(7);
    words[claimWord(1) / 4] = 8 << 16;
    run(7, 0, 1);
    expect(logged()).toEqual([0, 1]);
  });
});

test('the last part of a step wakes who sleeps', async () => {
  const { begin, run, words } = shared(1, 2);
  begin(1);
  const slept = [0, 1].map((step) => waitAsync(words, doneWord(step) / 4, 0, 2000).value);
  run(1, 0, 0);
  expect(await Promise.all(slept)).toEqual(['ok', 'ok']);
});

test('the words of all steps lie behind each other, each of its own', () => {
  const words = [0, 1, 2].flatMap((step) => [claimWord(step), doneWord(step)]);
  expect(new Set(words).size).toBe(6);
  expect(Math.max(...words) + 4).toBe(wordBytes(3));
});
