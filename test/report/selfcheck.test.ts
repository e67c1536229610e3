// What a self-check's text says: the verdict in the first line, then findings, evidence, and the limits.
import { describe, expect, test } from 'vitest';
import { selfCheckText } from '../../src/report/selfcheck.js';
import type { SelfCheckResult } from '../../src/results/selfcheck.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';

const RESULT: SelfCheckResult = {
  source: { name: 'weights.h5', bytes: 1000 },
  verdict: 'consistent',
  config: { ...DEFAULT_SETTINGS, groups: 3, pooling: null },
  means: { layers: 6, reading: 'own', rms: 0.001, sigma: 9, holds: true },
  slices: {
    decision: 'own',
    evidence: { layers: 5, channels: 600, rms: null, sigma: null, ratio: 300, unread: 0, words: 'Slices in words.' },
  },
  shuffle: {
    decision: 'undecided',
    evidence: { layers: 5, channels: 300, sigma: null, size: 32, words: 'Shuffle in words.' },
  },
  findings: [],
  shows: ['One thing.'],
  cannotShow: ['Another.', 'A third.'],
  notes: [{ id: 'note', text: 'mapped by order' }],
};

describe('the text of a self-check', () => {
  test('is the verdict, the network, the evidence, what it shows and what it cannot', () => {
    expect(selfCheckText(RESULT).split('\n')).toEqual([
      'CONSISTENT weights.h5: the weights agree with their own statistics, as far as those go',
      expect.stringMatching(/^ShuffleNet v1, groups 3, .*pooling not known/),
      'slices: own. Slices in words.',
      'shuffle: undecided. Shuffle in words.',
      '',
      'This shows:',
      '  - One thing.',
      '',
      'This cannot show:',
      '  - Another.',
      '  - A third.',
      'note: mapped by order',
    ]);
  });

  test('puts findings before the evidence, with the layers they name', () => {
    const text = selfCheckText({
      ...RESULT,
      verdict: 'inconsistent',
      findings: [
        { id: 'kernels-swapped', kind: 'fault', layers: ['a/g0', 'a/g1'], words: 'Two are swapped.', evidence: {} },
        { id: 'slices-stated', kind: 'warning', layers: [], words: 'You say otherwise.', evidence: {} },
      ],
    });
    expect(text).toMatch(/^INCONSISTENT weights\.h5: the weights contradict their own statistics\n/);
    expect(text).toContain('\nfault: Two are swapped.\n  a/g0, a/g1\nwarning: You say otherwise.\nslices: own.');
  });

  test('says of a file without evidence that it shows nothing, and leaves out the empty list', () => {
    const text = selfCheckText({ ...RESULT, verdict: 'no evidence', shows: [] });
    expect(text).toMatch(/^NO EVIDENCE weights\.h5: .*they show nothing about them\n/);
    expect(text).not.toContain('This shows');
  });

  test('prints names from files safely', () => {
    const text = selfCheckText({ ...RESULT, source: { name: 'a\u001b[2Jb.h5', bytes: 1 } });
    expect(text).toContain('a\\u001b[2Jb.h5');
  });
});
