// Which slices to run a network with: as stated, as the conversion recorded, as the weights tell, or the article's.
import type { Note } from '../core/weights.js';
import type { SlicesDecision } from '../parity/selfcheck.js';
import type { SlicesChoice } from '../results/selfcheck.js';
import type { StatedSlices } from './inference.js';

/** Decides a model's slices. What the weights say is told even where it decides nothing. */
export function chooseSlices(weights: SlicesDecision, stated?: StatedSlices): SlicesChoice {
  const evidence = { ...weights.evidence, weights: weights.decision };
  if (stated !== undefined) return { decision: stated.slices, source: stated.source, evidence };
  if (weights.decision === 'undecided') return { decision: 'own', source: 'default', evidence };
  return { decision: weights.decision, source: sourceOf(weights), evidence };
}

/** A network of one group has no slices, so that nothing was read off its weights. */
function sourceOf({ evidence }: SlicesDecision): SlicesChoice['source'] {
  return evidence.layers === 0 ? 'default' : 'weights';
}

/** Said where the weights decided against what the article means, since the network then differs from its name. */
export function slicesNote({ decision, source, evidence }: SlicesChoice): Note[] {
  if (source !== 'weights' || decision === 'own') return [];
  return [{ id: 'slices-from-weights', text: `Every group reads the last slice: ${evidence.words}` }];
}
