// Faults that no known cause describes. The right answer to each is "no known cause".
import { withOutputs } from '../causes/changes.js';
import type { Segment } from '../segment.js';
import type { Random } from '../selfcheck/random.js';
import type { Way } from './solved.js';

/** One kind of damage: what it makes of a value, told its channel and the layer's size. */
interface Damage {
  readonly words: string;
  value(value: number, size: number, random: Random): number;
}

const DAMAGES: readonly Damage[] = [
  {
    words: 'noise of a tenth of the size of its values',
    value: (v, size, random) => v + size * 0.2 * (random() - 0.5),
  },
  { words: 'one value in ten lost', value: (v, _, random) => (random() < 0.1 ? 0 : v) },
  { words: 'every value 1 % larger', value: (v) => v * 1.01 },
  { words: 'another function of its values (a sine)', value: (v, size) => size * Math.sin(v / size) },
];

/** The ways in which what the target gives can be damaged. */
export function unknownFaults({ target, outputs }: Segment, random: Random): Way[] {
  const values = outputs.flatMap((of) => [...of.get(target.name)!.value.data]);
  const size = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / Math.max(1, values.length)) || 1;
  return DAMAGES.map(({ words, value }) => ({
    words,
    change: withOutputs([target], ({ value: { data, shape }, error }) => ({
      value: { data: data.map((v) => value(v, size, random)), shape },
      error,
    })),
  }));
}
