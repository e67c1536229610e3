// The ceiling of this machine: how fast one thread multiplies and adds when no operand has to come from further away than
// the first cache, and no sum leaves its register. Read first: kernels/barrier.ts.
import { multiplyAdd, VECTOR } from './kernels/arithmetic.js';
import type { Features } from './wasm/features.js';
import { FunctionBuilder } from './wasm/function.js';
import { encodeModule } from './wasm/module.js';

/** The tile of the convolutions, 2 pixels by 5 vectors, twice a turn. */
const [PIXELS, VECTORS, STEPS] = [2, 5, 2];

/** Multiply-adds of a turn. */
export const PEAK_MACS = PIXELS * VECTORS * STEPS * 4;

/** Where the sums go, the factors of pixels, those of vectors. */
const [OUTPUT, SPLATS, OPERANDS] = [32, 64, 256];

/** Turns of a measurement: half a millisecond at 24 GMAC/s. */
const TURNS = 150_000;

/**
 * A function of one parameter, how many turns. Ten sums, each product of other operands, so that none can be shared. Where
 * the features have barriers, it has as many as a convolution.
 */
export function peakKernel(name: string, features: Features): FunctionBuilder {
  const f = new FunctionBuilder(name, 1);
  const [sums, pixels, vector] = [f.v128s(PIXELS * VECTORS), f.v128s(PIXELS), f.v128()];
  f.block(() =>
    f.countDown(0, () => {
      for (let step = 0; step < STEPS; step++) {
        for (const [i, pixel] of pixels.entries())
          f.const(0)
            .loadSplat(SPLATS + 4 * (PIXELS * step + i))
            .set(pixel);
        for (let v = 0; v < VECTORS; v++) {
          const operand = VECTORS * step + v;
          f.const(0)
            .loadV128(OPERANDS + VECTOR * operand)
            .set(vector);
          for (const [i, pixel] of pixels.entries()) multiplyAdd(f, features, sums[VECTORS * i + v]!, pixel, vector);
          // The turns left are never negative, which the compiler cannot know.
          if (features.barriers && v % 2 === 1)
            f.get(0)
              .const(-1 - operand)
              .equal()
              .branchIf(1);
        }
      }
    }),
  );
  // Whoever stores the sums needs them.
  f.const(OUTPUT).get(sums[0]!);
  for (const sum of sums.slice(1)) f.get(sum).addF32x4();
  f.storeV128();
  return f;
}

/** A meter: each call measures for some half a millisecond and gives GMAC/s. The first calls run unoptimised code. */
export function peakMeter(features: Features, now: () => number = () => performance.now()): () => number {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).fill(1e-3);
  const module = new WebAssembly.Module(encodeModule([peakKernel('peak', features)], { pages: 1, shared: false }));
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  const peak = exports.peak as (turns: number) => void;
  return () => {
    const start = now();
    peak(TURNS);
    return (TURNS * PEAK_MACS) / (now() - start) / 1e6;
  };
}
