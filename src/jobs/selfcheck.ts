// A file of weights against itself: what its batch norms remember of the training, and whether the weights agree.
import type { Source } from '../checkpoint/source.js';
import { type Finding, selfCheck } from '../parity/selfcheck.js';
import type { SelfCheckResult } from '../results/selfcheck.js';
import { infer, type StatedSlices, withCheckpoint } from './inference.js';
import { type LoadingOptions, loadWith } from './model.js';

/** Checks the network in `source` against its own statistics. No reference, and nothing is run. */
export function selfCheckFile(source: Source, options: LoadingOptions = {}): Promise<SelfCheckResult> {
  return withCheckpoint(source, async (checkpoint) => {
    const inference = infer(checkpoint, options);
    // Pooling has no weights and no statistics; where nobody says, either will do.
    const { pooling = 'max' } = inference.settings;
    const model = await loadWith(inference, pooling, options);
    const { means, slices, shuffle, ...rest } = selfCheck(model, model.weightsSay);
    return {
      source: { name: source.name, bytes: source.size },
      verdict: rest.verdict,
      config: { ...model.settings, pooling: inference.settings.pooling ?? null },
      means,
      slices,
      shuffle,
      findings: [...rest.findings, ...contradiction(inference.stated, slices.decision)],
      shows: rest.shows,
      cannotShow: rest.cannotShow,
      notes: model.report.notes,
    };
  });
}

/** The file may be in order and yet be read wrongly: then it is the statement that is to be looked at. */
function contradiction(stated: StatedSlices | undefined, found: 'own' | 'last' | 'undecided'): Finding[] {
  if (stated === undefined || found === 'undecided' || stated.slices === found) return [];
  const who = stated.source === 'flag' ? 'You say' : 'The conversion says';
  const words = `${who} that the groups read ${SLICE_WORDS[stated.slices]}, but the weights were trained with ${SLICE_WORDS[found]}.`;
  return [{ id: 'slices-stated', kind: 'warning', layers: [], words, evidence: {} }];
}

const SLICE_WORDS = { own: 'their own slices', last: 'the last slice, all of them' };
