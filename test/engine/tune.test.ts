// The self-timing, with a clock that the test turns.
import { describe, expect, test } from 'vitest';
import { barriersPay } from '../../src/engine/tune.js';
import { hasRelaxedSimd } from '../../src/engine/wasm/features.js';

/** A clock by which kernels with barriers and without take turns: each is timed by two looks, and a look starts a round. */
function clock(times: (round: number) => readonly [withBarriers: number, without: number]): () => number {
  let [now, looks] = [0, 0];
  return () => {
    // The first look is the beginning; then five a round: two and two around the kernels, and one at its end.
    const at = looks++ - 1;
    const [round, place] = [Math.floor(at / 5), at % 5];
    if (at >= 0 && place === 1) now += times(round)[0];
    if (at >= 0 && place === 3) now += times(round)[1];
    return now;
  };
}

/** Slow at first, as code is before it is optimised. */
const warming = (withBarriers: number, without: number) => (round: number) =>
  (round < 6 ? [1, 1] : [withBarriers, without]) as readonly [number, number];

describe('barriers', () => {
  test('stay where they make kernels faster', () => {
    expect(barriersPay(false, clock(warming(0.1, 0.2)))).toBe(true);
  });

  test('go where kernels are faster without', () => {
    expect(barriersPay(false, clock(warming(0.2, 0.1)))).toBe(false);
  });

  test('stay where it makes no difference worth the name', () => {
    expect(barriersPay(false, clock(warming(0.1, 0.099)))).toBe(true);
  });

  test('stay where code is not optimised in time, however fast it is without', () => {
    expect(
      barriersPay(
        false,
        clock(() => [1, 0.5]),
      ),
    ).toBe(true);
  });

  test('stay where a slow first call is all that was ever improved on', () => {
    expect(
      barriersPay(
        false,
        clock((round) => (round === 0 ? [9, 9] : [1, 0.5])),
      ),
    ).toBe(true);
  });

  test('are decided by this machine in a moment', () => {
    expect(typeof barriersPay(hasRelaxedSimd())).toBe('boolean');
  });
});
