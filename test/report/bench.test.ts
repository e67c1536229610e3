// What `bench` says, line by line.
import { expect, test } from 'vitest';
import { benchText } from '../../src/report/bench.js';
import type { BenchResult } from '../../src/results/bench.js';
import { CONFIG } from './results.js';

const RESULT: BenchResult = {
  source: { name: 'weights.h5', bytes: 5 },
  config: CONFIG,
  input: [32, 32, 3],
  macs: 3_200_000,
  engine: {
    threads: 2,
    relaxedSimd: true,
    barriers: false,
    notes: ['something is copied'],
    load: { model: 20.4, engine: 10.6, firstResult: 3 },
    memory: { bytes: 2_000_000, weights: 1_500_000, maps: 400_000 },
  },
  runs: 60,
  peak: { best: 20, median: 19 },
  share: 0.8,
  runners: [
    { name: 'engine', difference: 0, time: { least: 0.2, median: 0.25 }, gmacs: 16, ratio: 1 },
    { name: 'slow 1.0', difference: 1e-6, time: { least: 0.4, median: 0.5 }, gmacs: 8, ratio: 2.125 },
    { name: 'wrong 1.0', difference: 0.1234, time: null, gmacs: null, ratio: null },
  ],
  missing: ['fast'],
  kinds: [
    { kind: 'grouped', tasks: 2, macs: 3e6, time: { least: 0.15, median: 0.2 }, gmacs: 20, share: 1 },
    { kind: 'pool', tasks: 1, macs: 0, time: { least: 0.05, median: 0.1 }, gmacs: null, share: null },
  ],
  layers: [
    { layer: 'a', kind: 'grouped', macs: 2e6, time: { least: 0.1, median: 0.1 }, gmacs: 20, share: 1 },
    { layer: 'b', kind: 'grouped', macs: 1e6, time: { least: 0.05, median: 0.1 }, gmacs: 20, share: 1 },
    { layer: 'c', kind: 'pool', macs: 0, time: { least: 0.05, median: 0.1 }, gmacs: null, share: null },
  ],
};

test('times, shares, what is missing, and how the engine is made', () => {
  expect(benchText(RESULT).split('\n')).toEqual([
    'weights.h5: ShuffleNet v1, groups 3, scale 0.25, bottleneck ratio 0.5, units 1,2, 10 classes, avg pooling, input (32, None, 3)',
    'an image of (32, 32, 3), since no other size is said: 3 million multiply-adds; 60 runs of each, in turns',
    'peak of one thread: 20.0 GMAC/s in registers (median 19.0)',
    '',
    'one image                                             ms, least  median  GMAC/s  of peak  times the engine',
    'engine                                                    0.200   0.250    16.0     80 %              1.00',
    'slow 1.0                                                  0.400   0.500     8.0                       2.13',
    'wrong 1.0: other outputs, off by 0.12 of the largest',
    'not installed: fast',
    '',
    'what         ms, least  of all  GMAC/s  of peak',
    'grouped (2)      0.150    75 %    20.0    100 %',
    'pool             0.050    25 %',
    '',
    'engine: relaxed SIMD, without scheduling barriers, 2 threads',
    'load: 20 ms to the model, 11 ms more to the engine, 3 ms more to the first result',
    'memory: 2.0 MB; weights 1.5 MB, maps 400.0 kB',
    'note: something is copied',
  ]);
});

test('every layer where that is asked for', () => {
  const text = benchText({ ...RESULT, missing: null }, { layers: true });
  expect(text).toContain(
    'layer       ms, least  of all  GMAC/s  of peak\na: grouped      0.100    50 %    20.0    100 %\n',
  );
  expect(text).toContain('\nc: pool         0.050    25 %\n');
  expect(text).not.toContain('not installed');
});

test('a size that is said, and SIMD that is plain', () => {
  const engine = { ...RESULT.engine, relaxedSimd: false, barriers: true, threads: 1 };
  const text = benchText({ ...RESULT, config: { ...CONFIG, inputShape: [32, 32, 3] }, engine });
  expect(text).toContain('an image of (32, 32, 3): 3 million');
  expect(text).toContain('engine: SIMD, no relaxed, with scheduling barriers, 1 thread\n');
});
