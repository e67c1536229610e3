// `bench` as a command: its flags reach the job, and a peer that gives other outputs is a no.
import { afterAll, expect, test, vi } from 'vitest';
import { writeNpz } from '../../src/formats/npz.js';
import type { OpenPeers } from '../../src/jobs/bench/peers.js';
import { weightsOf } from '../jobs/material.js';
import { newFolder, shuffleport } from './shell.js';

/** A peer that gives nothing. */
const openPeers: OpenPeers = async () => ({
  peers: [{ name: 'peer', run: async () => 0, output: async () => new Float32Array(10), close: async () => {} }],
  missing: ['another'],
});
vi.mock('../../src/node/executors/peers.js', () => ({
  openPeers: (...args: Parameters<OpenPeers>) => openPeers(...args),
}));

const folder = newFolder();
afterAll(() => folder.remove());
const DIGITS = folder.write('digits.npz', writeNpz(await weightsOf('trained-digits-g3/weights.h5')));
const ARGS = ['bench', DIGITS, '--pooling', 'avg', '--input-shape', '32,32,3', '--runs', '1'];

test('answers in JSON', async () => {
  const { code, out, err } = await shuffleport([...ARGS, '--threads', '2', '--tune', '--json']);
  expect([code, err]).toEqual([0, '']);
  const result = JSON.parse(out);
  expect(result).toMatchObject({
    schema: 'shuffleport/bench',
    schemaVersion: 1,
    input: [32, 32, 3],
    runs: 1,
    engine: { threads: 2 },
    missing: null,
  });
  expect(result.runners).toHaveLength(2);
});

test('lists layers where that is asked for', async () => {
  const [short, long] = [await shuffleport(ARGS), await shuffleport([...ARGS, '--layers'])];
  expect([short.code, long.code]).toEqual([0, 0]);
  expect(short.out).not.toContain('fc: dense');
  expect(long.out).toContain('fc: dense');
});

test('says no where a peer gives other outputs', async () => {
  const { code, out } = await shuffleport([...ARGS, '--peers']);
  expect(code).toBe(1);
  expect(out).toContain('peer: other outputs, off by');
  expect(out).toContain('not installed: another');
});

test.each(['--runs', '--threads'])('takes no zero for %s', async (flag) => {
  const { code, err } = await shuffleport(['bench', DIGITS, flag, '0']);
  expect(code).toBe(2);
  expect(err).toContain('It must be 1 or more.');
});

test('takes no more threads than a machine bears, and no image that no memory holds', async () => {
  const many = await shuffleport([...ARGS, '--threads', '257']);
  expect([many.code, many.err]).toEqual([2, expect.stringContaining('It must be 256 or less.')]);
  const large = await shuffleport([...ARGS, '--input-shape', '100000,100000,3', '--json']);
  expect(large.code).toBe(2);
  expect(JSON.parse(large.out).error).toMatchObject({
    tag: 'Usage',
    what: 'The input is too large to run the network on.',
    found: '(100000, 100000, 3)',
    next: 'say a smaller --input-shape',
  });
});
