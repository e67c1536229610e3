// What a self-check shows and what it cannot, as sentences. docs/self-check.md says the same at length.
import { plural } from '../../core/text.js';
import type { MeansEvidence } from './means.js';
import type { ShuffleDecision } from './shuffle.js';
import type { SlicesDecision } from './slices.js';

/** What was decided. */
export interface Decisions {
  readonly means: MeansEvidence;
  readonly slices: SlicesDecision;
  readonly shuffle: ShuffleDecision;
}

/** What holds in this file. */
export function whatItShows({ means, slices, shuffle }: Decisions): string[] {
  return [
    ...(means.holds
      ? [
          `In ${plural(means.layers, 'place')} where a pointwise convolution lies between two batch norms, the kernels and the batch norms belong together: the moving means follow from them to ${means.rms!.toPrecision(2)} deviations (${means.sigma!.toFixed(1)} sigma from random channel orders).`,
        ]
      : []),
    ...(slices.decision !== 'undecided' && slices.evidence.layers > 0
      ? [`The groups read their ${slices.decision === 'own' ? 'own slices' : 'last slice, all of them,'} in training.`]
      : []),
    ...(shuffle.decision === 'article' ? ["The channels were shuffled as the article's code shuffles them."] : []),
  ];
}

/** What it leaves open: always the same things, and those for which this file holds no evidence. */
export function whatItCannot({ means, slices, shuffle }: Decisions): string[] {
  return [
    ...(means.holds
      ? []
      : [
          'Whether kernels and batch norms belong together: the moving means do not follow from the weights, as in a network that was not trained.',
        ]),
    ...(slices.decision === 'undecided' ? ['Which slices the groups read in training.'] : []),
    ...(shuffle.decision === 'undecided' ? ['Whether the channels were shuffled.'] : []),
    'Whether the first convolution, the first pointwise convolution of each unit, the depthwise kernels and the top are right: no statistics are exact there.',
    'Which pooling, which input size and which preprocessing belong to the weights.',
    'What the network answers: only a reference recorded in Python shows that.',
  ];
}
