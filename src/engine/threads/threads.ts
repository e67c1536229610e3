// Threads that help with a run: workers over one memory, started once. Helpers are never needed: what they do not claim,
// the caller's own thread computes. Read first: words.ts, run-shared.ts.
import { spawn, type Thread } from './spawn.js';
import { claimWord, doneWord, RUN_WORD, RUNS } from './words.js';

type Run = (run: number, thread: number, mayWait: number) => void;

/** The threads of an engine. */
export class Threads {
  readonly #words: Int32Array;
  readonly #steps: number;
  readonly #run: Run;
  readonly #mayWait: number;
  readonly #helpers: readonly Thread[];

  private constructor(memory: WebAssembly.Memory, steps: number, run: Run, helpers: readonly Thread[]) {
    this.#words = new Int32Array(memory.buffer);
    this.#steps = steps;
    this.#run = run;
    this.#helpers = helpers;
    this.#mayWait = Number(mayWait());
  }

  /** Starts `count` threads in all, this one among them; fewer if the rest cannot be started, and then says why. */
  static async start(
    count: number,
    { module, memory, steps, run }: { module: WebAssembly.Module; memory: WebAssembly.Memory; steps: number; run: Run },
  ): Promise<{ readonly threads: Threads; readonly count: number; readonly note: string | undefined }> {
    const started = await Promise.allSettled(
      Array.from({ length: count - 1 }, (_, i) => spawn({ module, memory, thread: i + 1 })),
    );
    const helpers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = started.find((each) => each.status === 'rejected');
    const note = failed && `${helpers.length + 1} of ${count} threads: ${String(failed.reason)}`;
    return { threads: new Threads(memory, steps, run, helpers), count: helpers.length + 1, note };
  }

  /** Runs all steps. */
  run(): void {
    const next = (this.#words[RUN_WORD / 4]! + 1) % RUNS;
    for (let step = 0; step < this.#steps; step++) {
      Atomics.store(this.#words, doneWord(step) / 4, 0);
      Atomics.store(this.#words, claimWord(step) / 4, next << 16);
    }
    Atomics.store(this.#words, RUN_WORD / 4, next);
    Atomics.notify(this.#words, RUN_WORD / 4);
    this.#run(next, 0, this.#mayWait);
  }

  /** Ends the helpers. */
  stop(): void {
    Atomics.store(this.#words, RUN_WORD / 4, -1);
    Atomics.notify(this.#words, RUN_WORD / 4);
    for (const helper of this.#helpers) helper.stop();
  }
}

/** A page's main thread may not wait, and an attempt tells: nothing is waited for, the value is another one. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Why there can be no threads here; undefined if there can. */
export function noThreadsReason(): string | undefined {
  if (typeof SharedArrayBuffer !== 'undefined') return undefined;
  return 'the page is not cross-origin isolated, so it has no SharedArrayBuffer';
}
