// From errors to verdicts: which layers are at fault, and which only hand on what they were given.
import { formatShape, unravel } from '../core/tensor.js';
import type { Network, Op } from '../network/layer.js';
import type { LayerCheck, LayerErrors } from './check-layer.js';
import { SIGMA_LIMIT } from './expected.js';
import type { ShareHistogram } from './histogram.js';
import type { Spot } from './hold.js';
import type { WhereOff } from './where-off.js';

/** What may be wrong with a layer, its port, or its recording, once it is known. */
export interface Cause {
  /** Stable identifier, for machines. */
  readonly id: string;
  /** What is wrong, as a sentence. */
  readonly words: string;
  /** What to do about it. */
  readonly fix: string;
}

/** How far causes were looked for. */
export interface CauseSearch {
  /** `stopped`: the limit on work was reached before all causes had been tried. */
  readonly state: 'complete' | 'stopped';
  /** Causes tried in every way they may have happened, of how many that are known. Fewer suffice where one is found. */
  readonly tried: number;
  readonly of: number;
}

/** A layer that is at fault. Numbers are null where shapes differ. */
export interface Failure {
  readonly layer: string;
  /** The key it was recorded under. */
  readonly key: string;
  /**
   * Which check it fails: `own`, from its recorded inputs; `free-run`, beyond what rounding explains though everything
   * recorded before it agrees; `tolerance`, the one that was stated; `shape`.
   */
  readonly check: 'own' | 'free-run' | 'tolerance' | 'shape';
  /** Of the value that is off by most of its bound, batch first. */
  readonly index: readonly number[] | null;
  /** Computed and recorded there, and how far they may lie apart. */
  readonly value: number | null;
  readonly expected: number | null;
  readonly bound: number | null;
  /** Of the layer's values, how many are off: 0 to 1. */
  readonly share: number | null;
  readonly where: WhereOff | null;
  /** How its values spread over shares of their bounds; null where only the largest was looked at. */
  readonly histogram: ShareHistogram | null;
  readonly cause: Cause | null;
  /** Null where there is nothing to look for: the layer does the right thing with what it was given. */
  readonly causeSearch: CauseSearch | null;
  /** The same as a sentence. */
  readonly reason: string;
}

/** Each layer by its own bound, and where that says nothing, by what is expected of the free run. In order of `network`. */
export function failuresByBounds(network: Network, checks: readonly LayerCheck[]): Failure[] {
  const byLayer = new Map(checks.map((check) => [check.recorded.layer, check]));
  const astray = new Set<string>();
  return network.layers.flatMap(({ name, op, inputs }) => {
    const inherits = inputs.some((input) => astray.has(input));
    const check = byLayer.get(name);
    if (check === undefined) {
      if (inherits) astray.add(name);
      return [];
    }
    const { errors } = check;
    if (errors === undefined || errors.own.off > 0 || errors.freeRun.off > 0) astray.add(name);
    if (errors === undefined) return [wrongShape(check)];
    if (errors.own.off > 0) return [ownFailure(check, errors, op)];
    return errors.freeRun.off > 0 && !inherits ? [freeRunFailure(check, errors)] : [];
  });
}

/** Each layer by the free run's largest error, relative to the largest value recorded. */
export function failuresByTolerance(checks: readonly LayerCheck[], tolerance: number): Failure[] {
  return checks.flatMap((check) => {
    if (check.errors === undefined) return [wrongShape(check)];
    const { maxAbsError, scale } = check.errors.freeRun;
    const passes = Number.isFinite(maxAbsError) && maxAbsError <= tolerance * scale;
    return passes ? [] : [toleranceFailure(check, check.errors, tolerance)];
  });
}

/** Classes whose layers round nothing: what they hand on is what they were given. */
const MOVING: readonly Op[] = ['Slice', 'Concatenate', 'ChannelShuffle', 'MaxPooling2D', 'GlobalMaxPooling2D'];

/** Causes are looked for once all verdicts are known. */
const UNSEARCHED = { cause: null, causeSearch: null };

function wrongShape({ recorded: { layer, key, shape }, shape: found }: LayerCheck): Failure {
  const reason = `its output has the shape ${formatShape(found)}, the reference ${formatShape(shape)}`;
  const unknown = { index: null, value: null, expected: null, bound: null, share: null, where: null, histogram: null };
  return { layer, key, check: 'shape', ...unknown, ...UNSEARCHED, reason };
}

function ownFailure({ recorded: { layer, key }, shape }: LayerCheck, { own }: LayerErrors, op: Op): Failure {
  const { worst, off, count, where, histogram, budget } = own;
  const spot = spotOf(worst, shape);
  const reason = [
    `from its recorded inputs it gives ${described(spot)}`,
    worst.bound === 0
      ? exactness(op)
      : `float32 can be off by ${short(worst.bound)} there, and this is ${short(budget)} times that`,
    `${off} of ${count} values are off, ${where!.words}`,
  ].join('; ');
  const spread = { share: off / count, where: where!, histogram: histogram! };
  return { layer, key, check: 'own', ...spot, ...spread, ...UNSEARCHED, reason };
}

const exactness = (op: Op): string =>
  MOVING.includes(op)
    ? 'it moves values without changing them, so that any difference is a fault'
    : 'float32 is exact there';

function freeRunFailure({ recorded: { layer, key }, shape }: LayerCheck, { freeRun }: LayerErrors): Failure {
  const { worst, off, count, histogram } = freeRun;
  const spot = spotOf(worst, shape);
  const reason = [
    `run from the input it gives ${described(spot)}`,
    `rounding explains ${short(worst.bound)} (${SIGMA_LIMIT} sigma)`,
    `${off} of ${count} values are off, though everything recorded before it agrees`,
  ].join('; ');
  const spread = { share: off / count, where: null, histogram: histogram! };
  return { layer, key, check: 'free-run', ...spot, ...spread, ...UNSEARCHED, reason };
}

function toleranceFailure(
  { recorded: { layer, key }, shape }: LayerCheck,
  { freeRun }: LayerErrors,
  tolerance: number,
) {
  const { maxAbsError, maxRelError, scale, largest } = freeRun;
  const spot = { ...spotOf(largest, shape), bound: tolerance * scale };
  const size = `${short(maxAbsError)} (${short(maxRelError)} of the layer's largest value ${short(scale)}; allowed ${tolerance.toExponential()})`;
  const reason = `the largest error is ${size} at [${spot.index.join(', ')}]: computed ${spot.value}, recorded ${spot.expected}`;
  const spread = { share: null, where: null, histogram: null };
  return { layer, key, check: 'tolerance', ...spot, ...spread, ...UNSEARCHED, reason } satisfies Failure;
}

const spotOf = ({ flat, value, expected, bound }: Spot, shape: readonly number[]) => ({
  index: unravel(flat, shape),
  value,
  expected,
  bound,
});

const described = ({ index, value, expected }: ReturnType<typeof spotOf>): string =>
  `${value} at [${index.join(', ')}], recorded is ${expected}`;

const short = (value: number): string => value.toPrecision(3);
