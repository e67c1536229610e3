// Where in a layer's output the wrong values lie: often half of the answer to why they are wrong.
import { listSome, plural } from '../core/text.js';

/** A set of wrong values, described. */
export interface WhereOff {
  /** `channels` and `inputs` are along the last axis, `borders` along height and width; `some`: none of the others. */
  readonly pattern: 'all' | 'one' | 'images' | 'inputs' | 'channels' | 'borders' | 'some';
  /** For people: `only at the right border`. */
  readonly words: string;
}

/** A layer that one joins: its name, and how many channels it brings. */
export interface JoinedInput {
  readonly name: string;
  readonly channels: number;
}

/** Describes the ones in `mask`, at least one, of a map `(batch, …, channels)`. `joined` is told of concatenations. */
export function describeOff(mask: Uint8Array, shape: readonly number[], joined: readonly JoinedInput[] = []): WhereOff {
  const off = mask.reduce((sum, bit) => sum + bit, 0);
  if (off === mask.length) return { pattern: 'all', words: 'everywhere' };
  if (off === 1) return { pattern: 'one', words: 'at one value only' };
  const channels = wrongAlong(mask, shape, shape.length - 1);
  return (
    wholeInputs(channels, joined) ??
    someChannels(channels) ??
    atBorders(mask, shape) ??
    someImages(wrongAlong(mask, shape, 0)) ?? { pattern: 'some', words: 'scattered' }
  );
}

/** Which indices of an axis have a wrong value. */
function wrongAlong(mask: Uint8Array, shape: readonly number[], axis: number): boolean[] {
  const step = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const wrong = new Array<boolean>(shape[axis]!).fill(false);
  mask.forEach((bit, i) => {
    if (bit === 1) wrong[Math.floor(i / step) % wrong.length] = true;
  });
  return wrong;
}

const indices = (wrong: readonly boolean[]): number[] => wrong.flatMap((is, i) => (is ? [i] : []));

/** Of several inputs joined, some are wrong and the others right throughout. */
function wholeInputs(wrong: readonly boolean[], joined: readonly JoinedInput[]): WhereOff | undefined {
  const ends = joined.map((_, i) => joined.slice(0, i + 1).reduce((sum, { channels }) => sum + channels, 0));
  const faulty = joined.filter(({ channels }, i) => wrong.slice(ends[i]! - channels, ends[i]).includes(true));
  if (faulty.length === joined.length) return undefined;
  return { pattern: 'inputs', words: `only in what comes from ${listSome(faulty.map(({ name }) => name))}` };
}

/** At most half of the channels. */
function someChannels(wrong: readonly boolean[]): WhereOff | undefined {
  const channels = indices(wrong);
  if (channels.length * 2 > wrong.length) return undefined;
  const words = `only in ${channels.length === 1 ? 'channel' : `${plural(channels.length, 'channel')}:`} ${ranges(channels)} (of ${wrong.length})`;
  return { pattern: 'channels', words };
}

const SIDES = ['top', 'bottom', 'left', 'right'] as const;

/** Only in the first or last row or column of maps that have others. */
function atBorders(mask: Uint8Array, shape: readonly number[]): WhereOff | undefined {
  const [, height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 4 || height < 3 || width < 3) return undefined;
  const touched = new Set<(typeof SIDES)[number]>();
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width)) % height;
    const sides = [row === 0, row === height - 1, column === 0, column === width - 1];
    if (!sides.includes(true)) return undefined;
    // A corner lies on two sides and tells of neither, unless it is all there is.
    if (sides.filter(Boolean).length === 1) touched.add(SIDES[sides.indexOf(true)]!);
  }
  const names = SIDES.filter((side) => touched.has(side));
  const where = names.length === 0 ? 'corners' : `${names.join(', ')} ${names.length === 1 ? 'border' : 'borders'}`;
  return { pattern: 'borders', words: `only at the ${where}` };
}

function someImages(wrong: readonly boolean[]): WhereOff | undefined {
  const images = indices(wrong);
  if (images.length === wrong.length) return undefined;
  return {
    pattern: 'images',
    words: `only in ${plural(images.length, 'image')} of ${wrong.length}: ${ranges(images)}`,
  };
}

/** Most ranges listed before the rest is counted. */
const MOST_RANGES = 4;

/** Sorted indices as ranges: `0-4, 7`. */
function ranges(sorted: readonly number[]): string {
  const starts = sorted.filter((value, i) => i === 0 || sorted[i - 1] !== value - 1);
  const ends = sorted.filter((value, i) => sorted[i + 1] !== value + 1);
  const texts = starts.map((start, i) => (start === ends[i] ? `${start}` : `${start}-${ends[i]}`));
  return texts.length <= MOST_RANGES ? texts.join(', ') : `${texts.slice(0, MOST_RANGES).join(', ')}, …`;
}
