// A result in which every piece of text tries to break out of where it is put.
import type { ReportedResult } from '../../src/results/certificate.js';
import { topOneImage, verdict, verified } from './results.js';

/** Ends attributes, elements, cells, code and commands; hides, mentions, links. */
export const HOSTILE =
  '"\'><script>alert(1)</script>]]>&amp;|`` ```*_a_*[x](http://evil.example)@user #1 \\| <!-- -->\r\n::error::x%0A\u001b[2J\u202e\ud800\ufffe';

/** Hostile in every field that a file can fill, and in some that none can. */
export function hostileResult(): ReportedResult {
  const base = verified([
    { ...verdict(`a/${HOSTILE}/b`, 1, true), key: HOSTILE, reason: HOSTILE },
    { ...verdict(HOSTILE, Number.NaN), verdict: 'fail', reason: HOSTILE },
    verdict(`a/${HOSTILE}/c`, 1e-9),
  ]);
  const file = { name: HOSTILE, bytes: 1 };
  const hash = [{ name: HOSTILE, sha256: HOSTILE }];
  return {
    ...base,
    source: file,
    reference: file,
    executor: HOSTILE,
    firstFailure: {
      ...base.firstFailure!,
      key: HOSTILE,
      reason: HOSTILE,
      where: { pattern: HOSTILE, words: HOSTILE },
      cause: { id: HOSTILE, words: HOSTILE, fix: HOSTILE },
    },
    unroundedWeights: { formats: [HOSTILE], layers: [HOSTILE] },
    topOne: { layer: HOSTILE, images: [topOneImage({ recorded: 3, agrees: false })] },
    notCompared: [HOSTILE],
    otherLayers: [HOSTILE],
    notes: [{ id: HOSTILE, text: HOSTILE }],
    certificate: { version: HOSTILE, options: {}, hashes: { checkpoint: hash, reference: hash } },
    against: {
      name: HOSTILE,
      holds: false,
      moved: [{ kind: 'option', what: HOSTILE, before: HOSTILE, after: HOSTILE }],
    },
  };
}
