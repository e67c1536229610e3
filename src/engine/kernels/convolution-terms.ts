// In which order the terms of a convolution's sums are added, and where the kernel finds each term's input.
// A channel shuffle costs nothing for it: the inputs of a group are then several runs of neighbours, and only the order
// of the rows of weights changes.
import type { ConvolutionGroup } from './convolution-spec.js';

/**
 * Terms that a loop's turn has, where there are many. Four or eight run no faster, and neither did sums of up to 32 terms
 * written out whole (g1 to g8 on Node 20 and 24: 0.99 to 1.01); each makes the module larger, which takes time to load.
 */
export const TERMS_A_TURN = 2;

/** A chunk of so many terms is written out: a loop around it would hardly be turned. */
export const SHORT_CHUNK = 6;

/** The terms of all groups' sums: chunks of neighbouring floats, all of one length, then single ones. */
export interface Terms {
  readonly chunks: number;
  readonly length: number;
  readonly singles: number;
  readonly groups: readonly GroupTerms[];
  /** Whether a table of the groups' starts lies in front of the weights. */
  readonly table: boolean;
}

/** What differs from group to group. */
export interface GroupTerms {
  /** Bytes from a pixel's input address to the group's first input. */
  readonly base: number;
  /** For each term, in the order of adding, its row of weights. */
  readonly order: Int32Array;
  /** Bytes from `base` to each chunk, then to each single term. */
  readonly starts: readonly number[];
}

/** A run of neighbouring floats: its first, and its length, among the terms in the order of memory. */
interface Run {
  readonly at: number;
  readonly length: number;
}

/** A group's terms in the order of memory, as rows of weights, and their runs. */
interface Runs {
  readonly rows: Int32Array;
  readonly runs: readonly Run[];
}

/** Orders the terms of `groups`. */
export function orderTerms(groups: readonly ConvolutionGroup[]): Terms {
  const found = groups.map(({ offsets }) => runsOf(offsets));
  const total = groups[0]!.offsets.length;
  const length = chooseLength(found, total);
  const chunks = chunksOf(found, length);
  const ordered = groups.map(({ offsets }, g) => orderGroup(offsets, found[g]!, chunks, length));
  const singles = total - chunks * length;
  // Where one chunk is all there is, there is no start but the base.
  const table = !(chunks === 1 && singles === 0);
  return { chunks, length, singles, groups: ordered, table };
}

function runsOf(offsets: readonly number[]): Runs {
  const rows = Int32Array.from(offsets.keys()).sort((a, b) => offsets[a]! - offsets[b]!);
  const runs: Run[] = [];
  let at = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && offsets[rows[i]!] === offsets[rows[i - 1]!]! + 4) continue;
    runs.push({ at, length: i - at });
    at = i;
  }
  return { rows, runs };
}

/** How many chunks of `length` every group has. */
function chunksOf(groups: readonly Runs[], length: number): number {
  if (length < 2) return 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { runs } of groups) {
    let chunks = 0;
    for (const run of runs) chunks += Math.floor(run.length / length);
    fewest = Math.min(fewest, chunks);
  }
  return fewest;
}

/**
 * The length of chunks that costs the fewest reads of the table and turns of loops; 1 if there is none. The lengths that
 * may be best are those of runs: with another, every run leaves single terms.
 */
function chooseLength(groups: readonly Runs[], total: number): number {
  const lengths = new Set(groups.flatMap(({ runs }) => runs.map((run) => run.length)));
  let best = { length: 1, cost: total };
  for (const length of lengths) {
    if (length < 2) continue;
    const chunks = chunksOf(groups, length);
    const cost = total - chunks * length + chunks * chunkCost(length);
    if (cost < best.cost) best = { length, cost };
  }
  return best.length;
}

/**
 * Of one chunk, in reads of the table: a chunk within a loop also counts and moves pointers, and so does a turn within a
 * chunk.
 */
function chunkCost(length: number): number {
  return 4 + (length > SHORT_CHUNK ? length / TERMS_A_TURN / 2 : 0);
}

function orderGroup(offsets: readonly number[], { rows, runs }: Runs, chunks: number, length: number): GroupTerms {
  const order = new Int32Array(rows.length);
  const singles: number[] = [];
  let done = 0;
  for (const run of runs) {
    const end = run.at + run.length;
    let at = run.at;
    for (; done < chunks * length && at + length <= end; at += length, done += length) {
      order.set(rows.subarray(at, at + length), done);
    }
    for (; at < end; at++) singles.push(rows[at]!);
  }
  order.set(singles, done);
  const base = offsets[rows[0]!]!;
  const firsts = [...Array.from({ length: chunks }, (_, i) => order[i * length]!), ...singles];
  return { base, order, starts: firsts.map((row) => offsets[row]! - base) };
}
