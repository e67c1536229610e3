// The words in shared memory by which threads agree who computes what. Read next: run-shared.ts.

/** Bytes of the word that counts runs: threads wait for it to change. Negative: there will be no more. */
export const RUN_WORD = 0;

/** The words of all steps begin on a cache line of their own. */
const STEPS = 64;

/** A step's word of claims: run in the upper half, then parts claimed from the end, then parts claimed from the front. */
export const claimWord = (step: number): number => STEPS + 8 * step;

/** A step's word of parts that are done. */
export const doneWord = (step: number): number => claimWord(step) + 4;

/** Bytes of all words. */
export const wordBytes = (steps: number): number => claimWord(steps);

/** Parts are counted in a byte. */
export const MOST_PARTS = 255;

/** Runs are told apart by 16 bits: no thread is that many runs late. */
export const RUNS = 1 << 16;
