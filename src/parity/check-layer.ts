// One recorded layer held against what it gives alone and in the free run.
import { sameShape, type Tensor } from '../core/tensor.js';
import { splitBatch } from '../evaluator/evaluator.js';
import type { FloatMap } from '../evaluator/map.js';
import type { RecordedLayer } from './fixture.js';
import { type FreeRunError, freeRunError } from './free-run.js';
import type { LayerState, Recording } from './layer-state.js';
import { type OwnError, ownError } from './own-error.js';
import type { JoinedInput } from './where-off.js';

/** What was found of one recorded layer. The errors are missing where shapes differ. */
export interface LayerCheck {
  readonly recorded: RecordedLayer;
  /** Of the computed output, with the batch. */
  readonly shape: readonly number[];
  readonly errors?: LayerErrors;
}

/** One layer's errors side by side. */
export interface LayerErrors {
  /** From its recorded inputs; where one of those is recorded wrongly and this layer's output tells so, from right ones. */
  readonly own: OwnError;
  readonly freeRun: FreeRunError;
}

/** `output` is another executor's, of the free run, with sums of `biasedTerms` behind a bias; `joined` is what a concatenation joins. */
export function checkLayer(
  recorded: RecordedLayer,
  recording: Recording,
  state: LayerState,
  joined: readonly JoinedInput[],
  output: Tensor | undefined,
  biasedTerms = 0,
): LayerCheck {
  const computed = state.free.map(({ value }) => value);
  const found = output === undefined ? computed : splitBatch(output);
  const wrong = [found, computed].find((images) => !sameShape(batchShape(images), recording.shape));
  if (wrong !== undefined) return { recorded, shape: batchShape(wrong) };
  const { isolated, free } = state;
  const values = found.map(({ data }) => data);
  const runs = output === undefined ? 1 : 2;
  const own = leastOwnError(state, recording, joined);
  return {
    recorded,
    shape: recording.shape,
    errors: { own, freeRun: freeRunError(values, free, isolated, recording.values, runs, biasedTerms) },
  };
}

const batchShape = (images: readonly FloatMap[]): number[] => [images.length, ...(images[0]?.shape ?? [])];

function leastOwnError(
  { isolated, corrected }: LayerState,
  { shape, values }: Recording,
  joined: readonly JoinedInput[],
) {
  const own = ownError(isolated, values, shape, joined);
  if (own.off === 0 || corrected === undefined) return own;
  const again = ownError(corrected, values, shape, joined);
  return again.off === 0 ? again : own;
}
