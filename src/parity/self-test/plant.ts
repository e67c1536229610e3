// One mistake planted at one recorded layer: what would have been recorded, whether that layer's check tells, and what
// the search calls it. Read first: places.ts, solved.ts.
import { sameShape, sizeOf, tensor } from '../../core/tensor.js';
import type { FloatMap } from '../../evaluator/map.js';
import { type BoundedMap, SMALLEST_NORMAL, UNIT_ROUNDOFF } from '../bounds/bounded.js';
import type { KnownCause } from '../causes/cause.js';
import { explainFailures } from '../causes/explain.js';
import { KNOWN_CAUSES } from '../causes/registry.js';
import { checkLayer } from '../check-layer.js';
import type { RecordedLayer } from '../fixture.js';
import { type Cause, type Failure, failuresByBounds } from '../judge.js';
import type { LayerState } from '../layer-state.js';
import { type Change, type Meter, runChanged, type Segment, segmentOf } from '../segment.js';
import type { Random } from '../selfcheck/random.js';
import type { Checked } from '../verify.js';
import type { WalkMaterial } from '../walk.js';
import type { JoinedInput } from '../where-off.js';
import { whyHidden } from './hidden.js';
import { type Sowing, unrecorded } from './places.js';
import { SOLVED, type Way } from './solved.js';
import { unknownFaults } from './unknown.js';

/**
 * What became of a planted mistake. `named`: caught, and called what it is; `equal`: called what gives the same values
 * there; `misnamed`: caught, and called something else, or nothing. `hidden`: what would have been recorded lies within
 * what float32 may be off by; `missed`: it does not, and yet the check passes.
 */
export type Outcome = 'named' | 'equal' | 'misnamed' | 'hidden' | 'missed';

/** A mistake planted at a layer, and what was made of it. */
export interface Planted {
  /** Its id; null for a fault that no cause describes, whose right name is no known cause. */
  readonly cause: string | null;
  readonly layer: string;
  /** What was done. */
  readonly words: string;
  readonly outcome: Outcome;
  /** Which check tells. */
  readonly check: Failure['check'] | null;
  /** What the search says; null: no known cause. */
  readonly named: string | null;
  /** Why it is hidden. */
  readonly why: string | null;
}

/** A recorded layer as the walk comes to it. */
export interface Bed {
  readonly model: Checked;
  readonly material: WalkMaterial;
  readonly layer: string;
  readonly state: LayerState;
  readonly joined: readonly JoinedInput[];
}

/** Ways run until one shows. */
const MOST_WAYS = 4;

/** Plants everything of `sowings` at a layer. */
export function plantAll(bed: Bed, sowings: readonly Sowing[], random: Random): Planted[] {
  const segment = segmentOf(bed.model, bed.material, bed.layer);
  return sowings.flatMap((sowing) => {
    const ways = waysOf(segment, sowing, random);
    return sowing.cause === null
      ? ways.flatMap((way) => plantFirst(bed, segment, null, [way]) ?? [])
      : (plantFirst(bed, segment, sowing.cause, ways) ?? []);
  });
}

function waysOf(segment: Segment, { cause, likeliest }: Sowing, random: Random): readonly Way[] {
  if (cause === null) return unknownFaults(segment, random);
  const ways = SOLVED.get(cause.id)?.(segment, random) ?? [...cause.variations(unrecorded(segment))];
  const from = likeliest ? 0 : Math.floor(random() * ways.length);
  return [...ways.slice(from), ...ways.slice(0, from)];
}

/** The first way that shows; where none does, the first. Undefined where none can be run. */
function plantFirst(bed: Bed, segment: Segment, cause: KnownCause | null, ways: readonly Way[]): Planted | undefined {
  let first: Planted | undefined;
  let run = 0;
  for (const way of ways) {
    if (run === MOST_WAYS) break;
    const maps = changed(segment, way.change);
    // A negative variance gives no numbers, which nobody records in earnest.
    if (!maps?.every(({ data }) => data.every(Number.isFinite))) continue;
    run++;
    const planted = {
      cause: cause?.id ?? null,
      layer: bed.layer,
      words: way.words,
      ...judged(bed, segment, cause, maps),
    };
    if (planted.outcome !== 'hidden') return planted;
    first ??= planted;
  }
  return first;
}

/** The target's output with the change, an image each; undefined where it cannot be run. */
function changed(segment: Segment, change: Change): readonly FloatMap[] | undefined {
  const meter: Meter = { left: Number.POSITIVE_INFINITY };
  const maps = segment.outputs.map((_, image) => runChanged(segment, change, image, meter)?.value);
  return maps.every((map) => map !== undefined) ? maps : undefined;
}

function judged(bed: Bed, segment: Segment, cause: KnownCause | null, maps: readonly FloatMap[]) {
  const { model, material, state, joined } = bed;
  const recorded = recordedAs(bed, maps);
  const recording = { shape: recorded.shape, values: Float64Array.from(recorded.read().data) };
  const check = checkLayer(recorded, recording, state, joined, undefined);
  const [failure] = failuresByBounds(model.network, [check]);
  const honest = segment.outputs.map((of) => of.get(segment.target.name)!);
  if (failure === undefined) {
    const missed = isBeyond(honest, segment.recording.values, recording.values);
    const same = honest.every(({ value }, i) => sameValues(value, maps[i]!, 0));
    const why = missed ? null : whyHidden(cause?.id ?? null, segment, same, check.errors!.own.budget);
    return { outcome: missed ? 'missed' : 'hidden', check: null, named: null, why } as const;
  }
  const plantedMaterial = { ...material, recorded: new Map(material.recorded).set(bed.layer, recorded) };
  const [explained] = explainFailures(model, plantedMaterial, [failure]);
  const called = explained!.cause;
  const outcome = outcomeOf(called, cause, () => segmentOf(model, plantedMaterial, bed.layer), maps);
  return { outcome, check: failure.check, named: called?.id ?? null, why: null };
}

/** What an honest recording of the mistaken layer holds: its values rounded once, to what the fixture is kept in. */
function recordedAs({ material, layer }: Bed, maps: readonly FloatMap[]): RecordedLayer {
  const shape = [maps.length, ...maps[0]!.shape];
  const all = maps.flatMap(({ data }) => [...data]);
  const values = material.rounding === 0 ? Float64Array.from(all) : Float32Array.from(all);
  return { layer, key: material.recorded.get(layer)!.key, shape, read: () => tensor(values, shape) };
}

/**
 * Whether two recordings of a layer lie so far apart that no computed value can agree with both: somewhere by more than
 * two bounds. The honest one agrees, so that the other must fail.
 */
function isBeyond(computed: readonly BoundedMap[], honest: Float64Array, planted: Float64Array): boolean {
  let at = 0;
  for (const { error } of computed) {
    for (let i = 0; i < error.length; i++, at++) {
      if (!(Math.abs(planted[at]! - honest[at]!) <= 2 * error[i]!)) return true;
    }
  }
  return false;
}

function outcomeOf(
  called: Cause | null,
  planted: KnownCause | null,
  segment: () => Segment,
  maps: readonly FloatMap[],
): Outcome {
  if ((called?.id ?? null) === (planted?.id ?? null)) return 'named';
  return called !== null && planted !== null && givesTheSame(segment(), called, maps) ? 'equal' : 'misnamed';
}

/** Two roundings: values that differ by no more cannot be told apart by any recording in float32. */
const TWO_ROUNDINGS = 2 * UNIT_ROUNDOFF;

/** Whether the cause that was named gives the planted values, and not only values within the bound. */
function givesTheSame(segment: Segment, { id, words }: Cause, maps: readonly FloatMap[]): boolean {
  const cause = KNOWN_CAUSES.find((known) => known.id === id);
  for (const variation of cause?.variations(segment) ?? []) {
    if (!words.startsWith(variation.words)) continue;
    const outputs = changed(segment, variation.change);
    if (outputs?.every((map, i) => sameValues(map, maps[i]!, TWO_ROUNDINGS))) return true;
  }
  return false;
}

function sameValues(a: FloatMap, b: FloatMap, relative: number): boolean {
  const near = (x: number, y: number): boolean =>
    Math.abs(x - y) <= relative * Math.abs(y) + (relative && SMALLEST_NORMAL);
  return sameShape(a.shape, b.shape) && sizeOf(a.shape) > 0 && a.data.every((value, i) => near(value, b.data[i]!));
}
