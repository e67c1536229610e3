// Single layers that do not belong: their weights miss their statistics by far more than the other layers' do.
// Asked only where the others have shown that statistics follow from weights. Read first: explanations.ts.
import { median } from '../../core/median.js';
import { explain, groupMiss } from './explanations.js';
import type { Finding } from './findings.js';
import type { MeanPlace } from './places.js';
import type { OrderTest } from './random.js';
import type { Reading } from './readings.js';

/** A group is looked into when it leaves so many times the median of all groups unexplained … */
const SUSPICIOUS = 3;

/** … and a mistake explains it that leaves so many times less … */
const EXPLAINED = 3;

/** … and no more than this, or than this many times the median. */
const CLEAR = 0.1;
const AS_CLEAR = 2;

/**
 * Without such a mistake, a layer is unrelated to its statistics when it stands out from random channel orders by no
 * more than this, in their standard deviations, and the median leaves no more than `CLEAR`.
 */
const UNRELATED_SIGMA = 2;

/** Fewer places than this have no level to be compared with. */
const LEAST_PLACES = 3;

/** With fewer channels in a group another kernel may fit by luck: with six, once in 10,000 times at `CLEAR`. */
const LEAST_CHANNELS = 6;

/** What is wrong with single layers, given how the groups read. `tests` holds each place against random orders. */
export function damagedLayers(places: readonly MeanPlace[], reading: Reading, tests: readonly OrderTest[]): Finding[] {
  if (places.length < LEAST_PLACES) return [];
  const misses = places.map((place) => place.kernels.map((_, g) => groupMiss(place, reading, g)));
  const elsewhere = median(misses.flat());
  const findings = places.flatMap((place, i): Finding[] => {
    const worst = Math.max(...misses[i]!);
    if (!(worst > SUSPICIOUS * elsewhere) || place.outPerGroup < LEAST_CHANNELS) return [];
    const limit = Math.min(worst / EXPLAINED, Math.max(CLEAR, AS_CLEAR * elsewhere));
    const found = explain(place, places, reading, limit);
    if (found === undefined) return unrelated(place, worst, elsewhere, tests[i]!);
    const { id, layers, words, miss } = found;
    return [
      { id, kind: 'fault', layers, words, evidence: { miss: worst, missExplained: miss, missElsewhere: elsewhere } },
    ];
  });
  return withoutMirrored(findings);
}

function unrelated(
  { layer, before, after }: MeanPlace,
  miss: number,
  missElsewhere: number,
  { sigma }: OrderTest,
): Finding[] {
  if (sigma > UNRELATED_SIGMA || missElsewhere > CLEAR) return [];
  const words = `The moving mean of ${after} has nothing to do with the kernel of ${layer} and the beta of ${before}, though elsewhere in the file it has: one of the three comes from somewhere else.`;
  const evidence = { miss, missElsewhere, sigma };
  return [{ id: 'statistics-unrelated', kind: 'fault', layers: [before, layer, after], words, evidence }];
}

/** Two layers that are exchanged each accuse the other; once is enough. */
function withoutMirrored(findings: readonly Finding[]): Finding[] {
  const key = ({ id, layers }: Finding): string => `${id} ${layers.toSorted().join(' ')}`;
  return findings.filter((finding, i) => findings.findIndex((other) => key(other) === key(finding)) === i);
}
