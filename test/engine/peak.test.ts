// The measured ceiling: its kernel does the work that is counted, and its meter divides that by the clock.
import { describe, expect, test } from 'vitest';
import { PEAK_MACS, peakKernel, peakMeter } from '../../src/engine/peak.js';
import { hasRelaxedSimd } from '../../src/engine/wasm/features.js';
import { encodeModule } from '../../src/engine/wasm/module.js';

const FEATURES = [false, true]
  .flatMap((fma) => [false, true].map((barriers) => ({ fma, barriers })))
  .filter(({ fma }) => !fma || hasRelaxedSimd());

describe.each(FEATURES)('with %o', (features) => {
  test('the kernel makes as many multiply-adds as are counted', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const floats = new Float32Array(memory.buffer).fill(1);
    const module = new WebAssembly.Module(encodeModule([peakKernel('peak', features)], { pages: 1, shared: false }));
    const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
    (exports.peak as (turns: number) => void)(1000);
    // Every product is 1: what the lanes add up to is how many there were.
    const lanes = [...floats.subarray(8, 12)];
    expect(lanes.reduce((sum, lane) => sum + lane, 0)).toBe(1000 * PEAK_MACS);
  });

  test('the meter gives billions a second', () => {
    let time = 0;
    const meter = peakMeter(features, () => (time += 2));
    // 150,000 turns of 80 in two milliseconds.
    expect(meter()).toBeCloseTo(6, 12);
  });
});

test('this machine has a speed', () => {
  expect(peakMeter({ fma: false, barriers: true })()).toBeGreaterThan(0);
});
