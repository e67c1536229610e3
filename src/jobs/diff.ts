// Two files of weights, layer by layer: names, shapes, values. Formats and naming schemes do not count as differences.
import type { Checkpoint, CheckpointWeight } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { isShuffleportError } from '../core/errors.js';
import { sameShape, type Tensor, toFloat64, unravel } from '../core/tensor.js';
import type { Difference, DiffResult } from '../results/diff.js';
import { readFileLayers } from '../shufflenet/file-layers.js';
import { withCheckpoint } from './inference.js';

/** Compares two files. Layers of the article's network go by its names, so that a converted file equals its source. */
export function diff(a: Source, b: Source): Promise<DiffResult> {
  return withCheckpoint(a, (first) =>
    withCheckpoint(b, async (second) => {
      const [left, right] = [entries(first), entries(second)];
      const differences = [...onlyIn('only-in-a', left, right), ...onlyIn('only-in-b', right, left)];
      let equal = 0;
      for (const [key, entry] of left) {
        const other = right.get(key);
        if (other === undefined) continue;
        const found = await compare(entry, other);
        if (found === undefined) equal++;
        else differences.push(found);
      }
      const describe = ({ name, size }: Source): DiffResult['a'] => ({ name, bytes: size });
      return { a: describe(a), b: describe(b), same: differences.length === 0, equal, differences };
    }),
  );
}

interface Entry {
  readonly layer: string;
  readonly weight: CheckpointWeight;
  /** Its role, or its name where that tells none. */
  readonly label: string;
}

function entries(checkpoint: Checkpoint): Map<string, Entry> {
  const { placed, others } = readFileLayers(checkpoint);
  const layers = [
    ...[...placed.values()].map(({ articleName, weights }) => ({ layer: articleName, weights })),
    ...others.map(({ name, weights }) => ({ layer: name, weights })),
  ];
  return new Map(
    layers.flatMap(({ layer, weights }) =>
      weights.map((weight) => {
        const label = weight.role ?? weight.name;
        return [JSON.stringify([layer, label]), { layer, weight, label }] as const;
      }),
    ),
  );
}

function onlyIn(
  kind: 'only-in-a' | 'only-in-b',
  here: ReadonlyMap<string, Entry>,
  there: ReadonlyMap<string, Entry>,
): Difference[] {
  return [...here]
    .filter(([key]) => !there.has(key))
    .map(([, { layer, label, weight }]) => ({ kind, layer, weight: label, shape: weight.shape }));
}

async function compare({ layer, label, weight }: Entry, { weight: other }: Entry): Promise<Difference | undefined> {
  if (!sameShape(weight.shape, other.shape))
    return { kind: 'shape', layer, weight: label, a: weight.shape, b: other.shape };
  const [a, b] = [await values(weight), await values(other)];
  if (typeof a === 'string') return { kind: 'unreadable', layer, weight: label, file: 'a', reason: a };
  if (typeof b === 'string') return { kind: 'unreadable', layer, weight: label, file: 'b', reason: b };
  return valueDifference(layer, label, a, b);
}

/** The values, or why there are none. */
async function values(weight: CheckpointWeight): Promise<Tensor | string> {
  try {
    return await weight.read();
  } catch (error) {
    if (!isShuffleportError(error)) throw error;
    return error.explanation.what;
  }
}

function valueDifference(layer: string, weight: string, first: Tensor, second: Tensor): Difference | undefined {
  const [a, b] = [toFloat64(first), toFloat64(second)];
  let [count, worst, at] = [0, 0, 0];
  a.forEach((value, i) => {
    if (Object.is(value, b[i]) || value === b[i]) return;
    count++;
    const distance = Math.abs(value - b[i]!);
    if (!(distance <= worst) && !Number.isNaN(worst)) [worst, at] = [distance, i];
  });
  return count === 0
    ? undefined
    : { kind: 'values', layer, weight, count, maxAbsDifference: worst, at: unravel(at, first.shape) };
}
