// `bench` on the digits: the shape of its result, with a clock that moves by itself, and peers that are right or wrong.
import { describe, expect, test } from 'vitest';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { OpenPeers } from '../../src/jobs/bench/peers.js';
import { bench } from '../../src/jobs/bench.js';
import { networkMacs } from '../../src/network/cost.js';
import { sizedNetwork } from '../../src/network/sized.js';
import { loadFixture } from '../helpers/models.js';
import { asArrays } from './material.js';

const DIGITS = await asArrays('trained-digits-g3/weights.h5');
const OPTIONS = { pooling: 'avg', inputShape: [32, 32, 3], runs: 2 } as const;

/** Every look takes a millisecond. */
function ticking(): () => number {
  let time = 0;
  return () => time++;
}

/** One that gives what the evaluator gives, plus `off`; counts how often it is run and closed. */
function peer(name: string, off: number) {
  const counts = { runs: 0, closed: 0 };
  const open: OpenPeers = async (model, input) => {
    const output = async () => {
      const { data } = (await evaluator(model).run(input)).get('softmax')!;
      return Float32Array.from(data as Float64Array, (value) => value + off);
    };
    const run = async () => {
      counts.runs++;
    };
    const close = async () => {
      counts.closed++;
    };
    return { peers: [{ name, run, output, close }], missing: ['another'] };
  };
  return { counts, open };
}

describe('a clock of one millisecond a look', () => {
  test('gives times, speeds and shares that follow from the work', async () => {
    const { network } = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
    const macs = networkMacs(sizedNetwork(network, [32, 32, 3]))!;
    const result = await bench(DIGITS, { ...OPTIONS, now: ticking() });
    const time = { least: 1, median: 1 };
    expect(result).toMatchObject({
      source: { name: DIGITS.name, bytes: DIGITS.size },
      config: { groups: 3, pooling: 'avg' },
      input: [32, 32, 3],
      macs,
      runs: 2,
      engine: { threads: 1, barriers: true, notes: [], load: { model: 1, engine: 1, firstResult: 1 } },
      // 150,000 turns of 80 multiply-adds.
      peak: { best: 12, median: 12 },
      share: macs / 1e6 / 12,
      runners: [{ difference: 0, time, gmacs: macs / 1e6, ratio: 1 }],
      missing: null,
    });
    expect(result.runners[0]!.name).toMatch(/^engine, (relaxed )?SIMD, 1 thread$/);
    const { bytes, weights, maps } = result.engine.memory;
    expect(weights + maps).toBeLessThanOrEqual(bytes);
    const [grouped] = result.kinds;
    expect(grouped).toMatchObject({ kind: 'grouped', tasks: 12, time: { least: 12, median: 12 } });
    expect(grouped!.gmacs).toBeCloseTo(grouped!.macs / 12e6, 12);
    expect(grouped!.share).toBeCloseTo(grouped!.gmacs! / 12, 12);
    expect(result.layers.filter(({ kind }) => kind === 'grouped')).toHaveLength(12);
    expect(result.layers.find(({ layer }) => layer === 'maxpool1')).toMatchObject({ time, gmacs: null, share: null });
    expect(result.kinds.reduce((sum, kind) => sum + kind.macs, 0)).toBe(macs);
  });

  test('has a size where none is said', async () => {
    const { input } = await bench(DIGITS, { pooling: 'avg', runs: 1, now: ticking() });
    expect(input).toEqual([224, 224, 3]);
  });

  test('takes the features that are said', async () => {
    const features = { fma: false, barriers: false };
    const { engine, runners } = await bench(DIGITS, { ...OPTIONS, features, now: ticking() });
    expect(engine).toMatchObject({ relaxedSimd: false, barriers: false });
    expect(runners[0]!.name).toBe('engine, SIMD, 1 thread');
  });

  test('times more threads beside one', async () => {
    const { engine, runners } = await bench(DIGITS, { ...OPTIONS, threads: 2, now: ticking() });
    expect(engine.threads).toBe(2);
    expect(runners.map(({ name }) => name.split(', ')[2])).toEqual(['1 thread', '2 threads']);
    expect(runners[1]).toMatchObject({ difference: 0, ratio: 1 });
  });
});

describe('a peer', () => {
  test('is timed in every round where it gives what the engine gives', async () => {
    const { counts, open } = peer('right', 0);
    const { runners, missing } = await bench(DIGITS, { ...OPTIONS, openPeers: open, now: ticking() });
    expect(runners[1]).toMatchObject({ name: 'right', time: { least: 1, median: 1 }, ratio: 1 });
    expect(runners[1]!.difference).toBeLessThan(1e-5);
    expect(missing).toEqual(['another']);
    expect(counts).toEqual({ runs: 22, closed: 1 });
  });

  test('is not where it gives something else', async () => {
    const { counts, open } = peer('wrong', 0.01);
    const { runners } = await bench(DIGITS, { ...OPTIONS, openPeers: open, now: ticking() });
    expect(runners[1]).toMatchObject({ name: 'wrong', time: null, gmacs: null, ratio: null });
    expect(runners[1]!.difference).toBeGreaterThan(0.01);
    expect(counts).toEqual({ runs: 0, closed: 1 });
  });
});

test('this machine gives shares of its own peak', async () => {
  const { share, kinds, peak } = await bench(DIGITS, { ...OPTIONS, tune: true });
  expect(peak.best).toBeGreaterThanOrEqual(peak.median);
  for (const each of [share, ...kinds.flatMap((kind) => kind.share ?? [])]) {
    expect(each).toBeGreaterThan(0);
    expect(each).toBeLessThan(Number.POSITIVE_INFINITY);
  }
});

test('how the network pools is asked for', async () => {
  await expect(bench(DIGITS, { inputShape: [32, 32, 3] })).rejects.toMatchObject({ tag: 'Undecided' });
});
