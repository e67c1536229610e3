// Whether a change makes the error vanish: every value of every image within what float32 may be off by.
import { sameShape } from '../../core/tensor.js';
import { type BoundedMap, UNIT_ROUNDOFF } from '../bounds/bounded.js';
import { SIGMA_LIMIT } from '../expected.js';
import { type Meter, runChanged, type Segment, variances } from '../segment.js';
import type { Precision, Variation } from './cause.js';
import { isConvincing, isDeep } from './convincing.js';
import { firstRows } from './first-rows.js';

/** How far each value of an image may lie from the recorded one. */
type Limits = (changed: BoundedMap, image: number, i: number) => number;

/** What was derived: for a layer that fails its own check. */
const byBound: Limits = ({ error }, _image, i) => error[i]!;

/** What is expected, for a layer that keeps its bound and yet strays in the free run: 12 sigma, as it fails by. */
function bySpread(segment: Segment): Limits {
  const sigmas = variances(segment).map((image) => image.map(Math.sqrt));
  const usual = sigmas.map((values) =>
    Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / Math.max(1, values.length)),
  );
  return ({ value }, image, i) =>
    SIGMA_LIMIT * Math.max(sigmas[image]![i] ?? 0, usual[image]!) + UNIT_ROUNDOFF * Math.abs(value.data[i]!);
}

/** How the values of a segment are judged. */
export interface Judgement {
  readonly limits: Limits;
  /** Whether a change must also leave next to nothing of the difference: where limits are wide. */
  readonly strict: boolean;
}

/** How to judge changes of a segment, whose target fails its own check or, `freely`, only in the free run. */
export function judgementOf(segment: Segment, freely: boolean): Judgement {
  return { limits: freely ? bySpread(segment) : byBound, strict: freely || isDeep(segment) };
}

/**
 * The largest share of what float32 may be off by that a value uses with the variation; undefined where one breaks its
 * limit, or where that is not convincing.
 */
export function shareUsed(
  segment: Segment,
  variation: Variation,
  { limits, strict }: Judgement,
  meter: Meter,
): number | undefined {
  const { change, precision } = variation;
  if (!firstRowsFit(segment, variation, limits, meter)) return undefined;
  let largest = 0;
  const outputs: BoundedMap[] = [];
  for (let image = 0; image < segment.outputs.length; image++) {
    const changed = runChanged(segment, change, image, meter);
    if (changed === undefined || !sameShape(changed.value.shape, segment.recording.shape.slice(1))) return undefined;
    const used = imageShare(segment, changed, image, limits, precision);
    if (used === undefined) return undefined;
    largest = Math.max(largest, used);
    outputs.push(changed);
  }
  if (strict && !isConvincing(segment, outputs, precision)) return undefined;
  return largest * (precision?.times ?? 1);
}

/** Whether the first image keeps the limits in its first rows, where the target's map is so high that it pays to ask. */
function firstRowsFit(segment: Segment, { change, precision }: Variation, limits: Limits, meter: Meter): boolean {
  const target = change.layers?.get(segment.target.name) ?? segment.target;
  const [height = 0] = segment.outputs[0]!.get(target.inputs[0]!)!.value.shape;
  const rows = firstRows(target, height);
  if (rows === undefined || change.gives?.has(segment.target.name)) return true;
  let seen = 0;
  const top = runChanged(segment, change, 0, meter, (input) => {
    const part = rows(input);
    seen = part.outputs;
    return part.input;
  });
  if (top === undefined) return false;
  const [, ...row] = top.value.shape;
  if (seen === 0 || !sameShape(row, segment.recording.shape.slice(2))) return seen === 0;
  return imageShare(segment, top, 0, limits, precision, seen * row[0]! * row[1]!) !== undefined;
}

/** Whether the segment agrees with what was recorded as it is. */
export function agrees(segment: Segment): boolean {
  return segment.outputs.every((outputs, image) => {
    const output = outputs.get(segment.target.name)!;
    const fits = sameShape(output.value.shape, segment.recording.shape.slice(1));
    return fits && imageShare(segment, output, image, byBound) !== undefined;
  });
}

/** Whether the segment as it is lies within 12 sigma of what was recorded. */
export function keepsSpread(segment: Segment): boolean {
  const limits = bySpread(segment);
  return segment.outputs.every(
    (outputs, image) => imageShare(segment, outputs.get(segment.target.name)!, image, limits) !== undefined,
  );
}

function imageShare(
  { recording }: Segment,
  changed: BoundedMap,
  image: number,
  limits: Limits,
  precision: Precision = { times: 1, relative: 0 },
  count = changed.value.data.length,
): number | undefined {
  const { data } = changed.value;
  const start = (image * recording.values.length) / recording.shape[0]!;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const recorded = recording.values[start + i]!;
    if (data[i] === recorded) continue;
    const gap = Math.abs(data[i]! - recorded);
    const limit = precision.times * limits(changed, image, i) + precision.relative * Math.abs(data[i]!);
    // Written so that what is no number keeps no limit.
    if (!(gap <= limit)) return undefined;
    largest = Math.max(largest, gap / limit);
  }
  return largest;
}
