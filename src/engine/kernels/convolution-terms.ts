// In which order the terms of a convolution's sums are added, and where the kernel finds each term's input.
// A channel shuffle costs nothing for it: the inputs of a group are then several runs of neighbours, and only the order
// of the rows of weights changes.
import type { ConvolutionGroup } from './convolution-spec.js';

/** So few terms are written out one after another; more go through loops, so that the code stays small. */
export const MOST_WRITTEN_OUT = 32;

/** Terms that a loop's turn has, where there are many. */
export const TERMS_A_TURN = 8;

/** The terms of all groups' sums: chunks of neighbouring floats, all of one length, then single ones. */
export interface Terms {
  readonly chunks: number;
  readonly length: number;
  readonly singles: number;
  readonly groups: readonly GroupTerms[];
  /** Whether the groups' starts differ, or are read in a loop: then a table of them lies in front of the weights. */
  readonly table: boolean;
}

/** What differs from group to group. */
export interface GroupTerms {
  /** Bytes from a pixel's input address to the group's first input. */
  readonly base: number;
  /** For each term, in the order of adding, its row of weights. */
  readonly order: readonly number[];
  /** Bytes from `base` to each chunk, then to each single term. */
  readonly starts: readonly number[];
}

/** A term: where its input is, and its row of weights. */
interface Term {
  readonly offset: number;
  readonly row: number;
}

/** Orders the terms of `groups`. */
export function orderTerms(groups: readonly ConvolutionGroup[]): Terms {
  const runs = groups.map(({ offsets }) => runsOf(offsets));
  const total = groups[0]!.offsets.length;
  const length = chooseLength(runs, total);
  const chunks = chunksOf(runs, length);
  const ordered = runs.map((found) => orderGroup(found, chunks, length));
  const alike = ordered.every(({ starts }) => starts.every((start, i) => start === ordered[0]!.starts[i]));
  const singles = total - chunks * length;
  // Where all is written out, or one chunk is all there is, starts that are alike are part of the code.
  const table = !(alike && (total <= MOST_WRITTEN_OUT || (chunks === 1 && singles === 0)));
  return { chunks, length, singles, groups: ordered, table };
}

/** Neighbouring floats, together; in the order of memory. */
function runsOf(offsets: readonly number[]): Term[][] {
  const sorted = offsets.map((offset, row) => ({ offset, row })).sort((a, b) => a.offset - b.offset);
  const runs: Term[][] = [];
  for (const term of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1)?.offset === term.offset - 4) run!.push(term);
    else runs.push([term]);
  }
  return runs;
}

/** How many chunks of `length` every group has. */
function chunksOf(groups: readonly (readonly Term[][])[], length: number): number {
  if (length < 2) return 0;
  const chunks = groups.map((runs) => runs.reduce((sum, run) => sum + Math.floor(run.length / length), 0));
  return Math.min(...chunks);
}

/** The length of chunks that costs the fewest reads of the table and turns of loops; 1 if there is none. */
function chooseLength(groups: readonly (readonly Term[][])[], total: number): number {
  const longest = Math.max(...groups.flatMap((runs) => runs.map((run) => run.length)));
  let best = { length: 1, cost: total };
  for (let length = 2; length <= longest; length++) {
    const chunks = chunksOf(groups, length);
    const cost = total - chunks * length + chunks * chunkCost(length, total);
    if (cost < best.cost) best = { length, cost };
  }
  return best.length;
}

/** Of one chunk, in reads of the table: a chunk within a loop also counts and moves pointers, as does a turn within it. */
function chunkCost(length: number, total: number): number {
  if (total <= MOST_WRITTEN_OUT) return 1;
  return 4 + (length > MOST_WRITTEN_OUT ? length / TERMS_A_TURN / 2 : 0);
}

function orderGroup(runs: readonly Term[][], chunks: number, length: number): GroupTerms {
  const pieces: Term[][] = [];
  const singles: Term[] = [];
  for (const run of runs) {
    let at = 0;
    for (; pieces.length < chunks && at + length <= run.length; at += length) pieces.push(run.slice(at, at + length));
    singles.push(...run.slice(at));
  }
  const base = runs[0]![0]!.offset;
  return {
    base,
    order: [...pieces.flat(), ...singles].map(({ row }) => row),
    starts: [...pieces.map((piece) => piece[0]!), ...singles].map(({ offset }) => offset - base),
  };
}
