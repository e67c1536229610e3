// What this machine's WebAssembly can do, found by asking it to validate a module of a few bytes.
import { FunctionBuilder } from './function.js';
import { encodeModule } from './module.js';

/** How kernels are written for the machine at hand. The results are the same but for the rounding of `fma`. */
export interface Features {
  /** Multiply and add in one instruction (relaxed SIMD), which rounds once. */
  readonly fma: boolean;
  /** Branches that are never taken, which keep an older V8 from spilling (see `kernels/barrier.ts`). */
  readonly barriers: boolean;
}

/** Whether there are 128-bit vectors at all. Without them, no kernel runs. */
export function hasSimd(): boolean {
  return validates((probe) => probe.constF32x4(0).drop());
}

/** Whether there is `f32x4.relaxed_madd`. */
export function hasRelaxedSimd(): boolean {
  return validates((probe) => probe.constF32x4(0).constF32x4(0).constF32x4(0).relaxedMultiplyAdd().drop());
}

function validates(write: (probe: FunctionBuilder) => void): boolean {
  const probe = new FunctionBuilder('probe', 0);
  write(probe);
  return WebAssembly.validate(encodeModule([probe], { pages: 1, shared: false }));
}
