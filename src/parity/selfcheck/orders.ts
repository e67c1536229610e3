// A reading of the weights held against random channel orders: the evidence of the checks on means.
import { formAgreement, type GroupForm, groupForm } from './forms.js';
import type { MeanPlace } from './places.js';
import { average, identityOrder, type OrderTest, orderTest, randomOrder, seededRandom } from './random.js';
import {
  type Agreement,
  contestedGroups,
  kernelsOf,
  likenessOf,
  missOf,
  type Reading,
  sliceOf,
  together,
} from './readings.js';

/**
 * Random orders tried. Were the statistics nothing to do with the weights, the true order would be the best of so many
 * once in 200 times; the distance in standard deviations that is asked for besides makes it far rarer.
 */
const ORDERS = 199;

/** How a reading does over all places together, and at each. Values are `likenessOf`. */
export interface ReadingTest {
  readonly total: OrderTest;
  readonly places: readonly OrderTest[];
  /** Geometric mean of what the places leave unexplained: one damaged layer cannot outvote the rest. */
  readonly miss: number;
}

/** Holds a reading against random orders of each place's input channels. Places count alike. */
export function againstRandomOrders(places: readonly MeanPlace[], reading: Reading): ReadingTest {
  const random = seededRandom(1);
  const scored = places.map((place) => {
    const forms = contestedForms(place, reading);
    const channels = place.input.length;
    const found = sumsOf(place, forms, reading, identityOrder(channels));
    const drawn = Array.from({ length: ORDERS }, () =>
      likenessOf(sumsOf(place, forms, reading, randomOrder(channels, random))),
    );
    return { likeness: likenessOf(found), miss: missOf(found), drawn };
  });
  const totals = Array.from({ length: ORDERS }, (_, k) => average(scored.map(({ drawn }) => drawn[k]!)));
  return {
    total: orderTest(average(scored.map(({ likeness }) => likeness)), totals),
    places: scored.map(({ likeness, drawn }) => orderTest(likeness, drawn)),
    miss: Math.exp(average(scored.map(({ miss }) => Math.log(miss)))),
  };
}

/** Only the groups that tell the readings apart are asked. */
function contestedForms(place: MeanPlace, reading: Reading): GroupForm[] {
  const kernels = kernelsOf(place, reading);
  return Array.from({ length: contestedGroups(place) }, (_, g) => groupForm(place, kernels[g]!, g));
}

function sumsOf(place: MeanPlace, forms: readonly GroupForm[], reading: Reading, order: Uint32Array): Agreement {
  const { inPerGroup, input } = place;
  return together(forms.map((form, g) => formAgreement(form, input, order, sliceOf(place, reading, g) * inPerGroup)));
}
