// Branches that are never taken. V8 of Node 20 and 22 moves vector instructions about within a basic block until
// products pile up and are spilled: unrolled kernels ran at 4 to 12 GMAC/s (Zen 3; test/bench/engine-tiles.js shows it). A
// conditional exit every few multiplications pins the sums to their block: 19 to 24 GMAC/s, for one fused compare and
// jump. Node 24 does without, and loses up to 9 % by them in a tile, so that they are a feature, which tune.ts can measure.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder, Local } from '../wasm/function.js';

/** Multiplications by vectors between two barriers, at least. */
const MULTIPLICATIONS = 4;

/** Writes a barrier: out of the enclosing blocks, `depth` of them skipped, if `pointer` has an impossible value. */
export type Barrier = (pointer: Local, depth: number) => void;

/**
 * Barriers for one function. The condition is one that the compiler can neither fold nor share: an address, which is a
 * multiple of 4, is compared with another odd number each time.
 */
export function barriersOf(f: FunctionBuilder, { barriers }: Features): Barrier {
  let impossible = 1;
  return (pointer, depth) => {
    if (!barriers) return;
    f.get(pointer).const(impossible).equal().branchIf(depth);
    impossible += 2;
  };
}

/** After how many of the vectors that stream past `resident` others a barrier stands: two, or more where few are resident. */
export function barrierSpacing(resident: number): number {
  return Math.max(2, Math.ceil(MULTIPLICATIONS / resident));
}
