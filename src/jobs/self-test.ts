// A file of weights and its recorded outputs -> what the check makes of mistakes planted in those.
import type { Source } from '../checkpoint/source.js';
import { selfTest } from '../parity/self-test.js';
import type { SelfTestResult } from '../results/self-test.js';
import { withCheckpoint } from './inference.js';
import type { LoadingOptions } from './model.js';
import { type Tried, tryAll } from './verify.js';

/**
 * Plants known mistakes in `reference`, one at a time, and asks `verify` about each. A reference that does not pass as
 * it is cannot be planted in: nothing is, and the verdict is `fail`.
 */
export function selfTestFile(source: Source, reference: Source, options: LoadingOptions = {}): Promise<SelfTestResult> {
  return withCheckpoint(source, async (checkpoint) => {
    const tried = await tryAll(checkpoint, reference, options);
    const { model, parity } = tried.trial;
    return {
      source: { name: source.name, bytes: source.size },
      reference: { name: reference.name, bytes: reference.size },
      config: model.settings,
      honest: {
        verdict: parity.verdict,
        layers: parity.layers.length,
        sources: parity.failures.map(({ layer }) => layer),
      },
      ...(await (parity.verdict === 'pass' ? planted(tried) : NOTHING)),
      notes: [...model.report.notes, ...parity.notes],
    };
  });
}

type Findings = Omit<SelfTestResult, 'source' | 'reference' | 'config' | 'honest' | 'notes'>;

const NONE = { planted: 0, hidden: 0, missed: 0, caught: 0, named: 0, equal: 0, misnamed: 0 };

const NOTHING: Findings = {
  verdict: 'fail',
  causes: NONE,
  unknown: NONE,
  share: null,
  planted: [],
  notPlanted: [],
};

async function planted({ trial: { model }, fixture, inference }: Tried): Promise<Findings> {
  const {
    layers: _,
    falseAlarms: __,
    ...found
  } = await selfTest(model, fixture, { encode: inference.layers.fileName });
  return found;
}
