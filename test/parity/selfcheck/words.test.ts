// What a self-check shows and what it leaves open, as the sentences that a user reads.
import { describe, expect, test } from 'vitest';
import { type Decisions, whatItCannot, whatItShows } from '../../../src/parity/selfcheck/words.js';

const evidence = { layers: 5, channels: 300, rms: null, sigma: null, ratio: null, unread: 0, words: '' };
const shuffled = { layers: 4, channels: 60, sigma: null, size: null, words: '' };

const ALL: Decisions = {
  means: { layers: 7, reading: 'own', rms: 0.01234, sigma: 31.26, holds: true },
  slices: { decision: 'own', evidence },
  shuffle: { decision: 'article', evidence: shuffled },
};
const NONE: Decisions = {
  means: { layers: 0, reading: 'own', rms: null, sigma: null, holds: false },
  slices: { decision: 'undecided', evidence },
  shuffle: { decision: 'undecided', evidence: shuffled },
};

const MEANS =
  'In 7 places where a pointwise convolution lies between two batch norms, the kernels and the batch norms belong together: the moving means follow from them to 0.012 deviations (31.3 sigma from random channel orders).';
const OWN = 'The groups read their own slices in training.';
const SHUFFLED = "The channels were shuffled as the article's code shuffles them.";

describe('a self-check shows', () => {
  test('all that was decided', () => expect(whatItShows(ALL)).toEqual([MEANS, OWN, SHUFFLED]));

  test('nothing where nothing was', () => expect(whatItShows(NONE)).toEqual([]));

  test('that the last slice was read', () => {
    const slices = { decision: 'last', evidence } as const;
    expect(whatItShows({ ...NONE, slices })).toEqual(['The groups read their last slice, all of them, in training.']);
  });

  test('nothing of slices where there are none, though own is decided', () => {
    expect(whatItShows({ ...ALL, slices: { decision: 'own', evidence: { ...evidence, layers: 0 } } })).toEqual([
      MEANS,
      SHUFFLED,
    ]);
  });

  test.each(['none', 'inverse'] as const)("nothing of a shuffle that is not the article's: %s", (decision) => {
    expect(whatItShows({ ...ALL, shuffle: { decision, evidence: shuffled } })).toEqual([MEANS, OWN]);
  });
});

describe('a self-check leaves open', () => {
  const ALWAYS = [
    'Whether the first convolution, the first pointwise convolution of each unit, the depthwise kernels and the top are right: no statistics are exact there.',
    'Which pooling, which input size and which preprocessing belong to the weights.',
    'What the network answers: only a reference recorded in Python shows that.',
  ];

  test('three things always', () => expect(whatItCannot(ALL)).toEqual(ALWAYS));

  test('what was not decided', () => {
    expect(whatItCannot(NONE)).toEqual([
      'Whether kernels and batch norms belong together: the moving means do not follow from the weights, as in a network that was not trained.',
      'Which slices the groups read in training.',
      'Whether the channels were shuffled.',
      ...ALWAYS,
    ]);
  });
});
