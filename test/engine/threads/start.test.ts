// Threads one at a time: what a helper is told and does, what the caller's own part in a run is, and how all end.
import { Worker as NodeWorker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { spawn } from '../../../src/engine/threads/spawn.js';
import { Threads } from '../../../src/engine/threads/threads.js';
import { claimWord, doneWord, RUN_WORD, RUNS } from '../../../src/engine/threads/words.js';
import { FunctionBuilder } from '../../../src/engine/wasm/function.js';
import { encodeModule } from '../../../src/engine/wasm/module.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Where a run leaves its number, its thread's, and whether it may wait, each added to what is there. */
const SEEN = 1024;

/** A module whose run tells what it was given. */
function telling() {
  const f = new FunctionBuilder('run', 3);
  for (const parameter of [0, 1, 2])
    f.const(0)
      .get(parameter)
      .atomicAdd(SEEN + 4 * parameter)
      .drop();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new WebAssembly.Module(encodeModule([f], { pages: 1, shared: true }));
  const words = new Int32Array(memory.buffer);
  return { memory, module, words, seen: () => [...words.subarray(SEEN / 4, SEEN / 4 + 3)] };
}

describe('a helper', () => {
  test('runs when the number of the run changes, and is ended', async () => {
    const { memory, module, words, seen } = telling();
    const [unref, terminate] = [vi.spyOn(NodeWorker.prototype, 'unref'), vi.spyOn(NodeWorker.prototype, 'terminate')];
    const helper = await spawn({ module, memory, thread: 3 });
    // The process may end while it waits.
    expect(unref).toHaveBeenCalledOnce();
    Atomics.store(words, RUN_WORD / 4, 5);
    Atomics.notify(words, RUN_WORD / 4);
    await vi.waitUntil(() => words[SEEN / 4 + 2] !== 0, { timeout: 10_000 });
    expect(seen()).toEqual([5, 3, 1]);
    helper.stop();
    expect(terminate).toHaveBeenCalledOnce();
  });

  test("of a page is ended with its page's worker, and its script is not kept", async () => {
    const terminate = vi.fn();
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    vi.stubGlobal(
      'Worker',
      class {
        onmessage: (() => void) | undefined;
        terminate = terminate;
        postMessage() {
          queueMicrotask(() => this.onmessage?.());
        }
      },
    );
    const [made, revoked] = [vi.spyOn(URL, 'createObjectURL'), vi.spyOn(URL, 'revokeObjectURL')];
    const helper = await spawn({ ...telling(), thread: 1 });
    expect(revoked).toHaveBeenCalledWith(made.mock.results[0]!.value);
    expect(terminate).not.toHaveBeenCalled();
    helper.stop();
    expect(terminate).toHaveBeenCalledOnce();
  });
});

describe("the caller's own thread", () => {
  /** Its threads, alone, and what each run was given. */
  async function alone() {
    const { memory, module, words } = telling();
    const runs: number[][] = [];
    const run = (...given: number[]) => void runs.push(given);
    const { threads } = await Threads.start(1, { memory, module, steps: 2, run });
    return { threads, words, runs };
  }

  test('begins each run with a number of its own, with nothing claimed or done', async () => {
    const { threads, words, runs } = await alone();
    words.fill(9, doneWord(0) / 4, doneWord(1) / 4 + 1);
    threads.run();
    threads.run();
    expect(runs).toEqual([
      [1, 0, 1],
      [2, 0, 1],
    ]);
    expect([0, 1].map((step) => [words[claimWord(step) / 4]! >>> 16, words[doneWord(step) / 4]])).toEqual([
      [2, 0],
      [2, 0],
    ]);
  });

  test('counts runs from the beginning where there are no more numbers', async () => {
    const { threads, words, runs } = await alone();
    words[RUN_WORD / 4] = RUNS - 1;
    threads.run();
    expect(runs[0]![0]).toBe(0);
  });

  test('does not wait where waiting is not allowed, as on the main thread of a page', async () => {
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    });
    const { threads, runs } = await alone();
    threads.run();
    expect(runs).toEqual([[1, 0, 0]]);
  });

  test('tells all others that there will be no more', async () => {
    const { threads, words } = await alone();
    threads.stop();
    expect(words[RUN_WORD / 4]).toBeLessThan(0);
  });
});
