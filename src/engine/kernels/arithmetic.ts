// Pieces of arithmetic that more than one kernel needs.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder, Local } from '../wasm/function.js';

/** Bytes of a vector: four float32. */
export const VECTOR = 16;

/** `sum += a * b`, by vectors. */
export function multiplyAdd(f: FunctionBuilder, { fma }: Features, sum: Local, a: Local, b: Local): void {
  if (fma) f.get(a).get(b).get(sum).relaxedMultiplyAdd().set(sum);
  else f.get(sum).get(a).get(b).multiplyF32x4().addF32x4().set(sum);
}

/** Makes the negative lanes of the vector on the stack 0. NaN stays NaN, as in TensorFlow: hence the order. */
export function relu(f: FunctionBuilder): void {
  f.constF32x4(0).pseudoMaxF32x4();
}

/**
 * The body for 0 up to `count`, written out `unroll` times a turn of a loop. `body(i)` finds its operands `i` steps from
 * pointers that `advance(n)` moves on by `n` steps; gives over how many steps they were moved, since after the loop they
 * stay.
 */
export function unrolled(
  f: FunctionBuilder,
  { count, unroll, counter }: { readonly count: number; readonly unroll: number; readonly counter: Local },
  body: (step: number, depth: number) => void,
  advance: (steps: number) => void,
): number {
  const turns = Math.floor(count / unroll);
  const looped = turns > 1 ? turns * unroll : 0;
  if (looped > 0) {
    f.times(counter, turns, () => {
      for (let i = 0; i < unroll; i++) body(i, 1);
      advance(unroll);
    });
  }
  for (let i = 0; i < count - looped; i++) body(i, 0);
  return looped;
}
