// The innermost part of a convolution: the terms of a tile's sums. Each term is one float of each pixel, multiplied with
// a few vectors of weights.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder, Local } from '../wasm/function.js';
import { multiplyAdd, unrolled, VECTOR } from './arithmetic.js';
import { type Barrier, barrierSpacing, barriersOf } from './barrier.js';
import type { ConvolutionLayout } from './convolution-layout.js';
import type { ConvolutionSpec } from './convolution-spec.js';
import { SHORT_CHUNK, TERMS_A_TURN } from './convolution-terms.js';
import type { Tile } from './convolution-tiles.js';

/** What the sums of all tiles of a kernel work with. */
export interface SumLocals {
  readonly features: Features;
  readonly barrier: Barrier;
  readonly sums: readonly Local[];
  /** Operands that stay while the others stream past them. */
  readonly resident: readonly Local[];
  readonly streamed: Local;
  /** The tile's first pixel. */
  readonly input: Local;
  readonly panel: Local;
  /** The group's table of starts, and its place in it. */
  readonly table: Local;
  readonly entry: Local;
  /** The first input of a chunk or single term, and the weights of the next term. */
  readonly start: Local;
  readonly weights: Local;
  readonly chunks: Local;
  readonly turns: Local;
}

/** The locals for all tiles of a kernel. */
export function sumLocals(
  f: FunctionBuilder,
  { tiles }: ConvolutionLayout,
  { panel, table }: { readonly panel: Local; readonly table: Local },
  features: Features,
): SumLocals {
  return {
    features,
    barrier: barriersOf(f, features),
    sums: f.v128s(Math.max(...tiles.map(({ height, width }) => height * width))),
    resident: f.v128s(Math.max(...tiles.map(({ height, width }) => Math.min(height, width)))),
    streamed: f.v128(),
    input: f.i32(),
    panel,
    table,
    entry: f.i32(),
    start: f.i32(),
    weights: f.i32(),
    chunks: f.i32(),
    turns: f.i32(),
  };
}

/** Where one term's operands are: the first pixel's input, and the first vector of weights. */
interface Term {
  readonly start: Local;
  readonly offset: number;
  readonly weights: Local;
  readonly weightsOffset: number;
  /** Loops between the term and the end of the sum, which barriers lead to. */
  readonly depth: number;
}

/** What the functions below share. */
interface Sum extends SumLocals {
  readonly f: FunctionBuilder;
  readonly tile: Tile;
  readonly inStep: number;
  readonly layout: ConvolutionLayout;
}

/**
 * Adds all terms to the sums of a tile, chunk by chunk, then the single ones; within a block, which is the end that
 * barriers lead to.
 */
export function writeSum(
  f: FunctionBuilder,
  { inStep }: ConvolutionSpec,
  layout: ConvolutionLayout,
  locals: SumLocals,
  tile: Tile,
): void {
  const sum = { ...locals, f, tile, inStep, layout };
  const { chunks, length, singles, table } = layout.terms;
  // The weights begin behind the bias, a vector for each of the tile's.
  f.getPlus(locals.panel, termBytes(sum)).set(locals.weights);
  if (table) f.get(locals.table).set(locals.entry);
  else f.get(locals.input).set(locals.start);
  if (chunks === 1) addChunk(sum, length, 0);
  else if (chunks > 1) f.times(locals.chunks, chunks, () => addChunk(sum, length, 1));
  if (singles > 0) addSingles(sum, singles);
}

/** Bytes from one term's weights to the next's. */
const termBytes = ({ tile }: Sum): number => VECTOR * tile.width;

/** A chunk of neighbouring floats, from the table's next start. Leaves the weights' pointer behind its last term. */
function addChunk(sum: Sum, length: number, depth: number): void {
  const { f, layout, weights } = sum;
  if (layout.terms.table) nextStart(sum);
  const unroll = length <= SHORT_CHUNK ? length : TERMS_A_TURN;
  const passed = unrolled(
    f,
    { count: length, unroll, counter: sum.turns },
    (k, inner) =>
      addTerm(sum, {
        start: sum.start,
        offset: 4 * k,
        weights,
        weightsOffset: k * termBytes(sum),
        depth: depth + inner,
      }),
    (n) => f.increase(sum.start, 4 * n).increase(weights, n * termBytes(sum)),
  );
  f.increase(weights, (length - passed) * termBytes(sum));
}

/** Single terms, each from an entry of the table. */
function addSingles(sum: Sum, singles: number): void {
  const { f, weights, entry } = sum;
  unrolled(
    f,
    { count: singles, unroll: TERMS_A_TURN, counter: sum.turns },
    (k, depth) => {
      f.get(sum.input)
        .get(entry)
        .loadI32(4 * k)
        .add()
        .set(sum.start);
      addTerm(sum, { start: sum.start, offset: 0, weights, weightsOffset: k * termBytes(sum), depth });
    },
    (n) => f.increase(entry, 4 * n).increase(weights, n * termBytes(sum)),
  );
}

function nextStart({ f, input, entry, start }: Sum): void {
  f.get(input).get(entry).loadI32().add().set(start);
  f.increase(entry, 4);
}

/**
 * One term, added to all sums of the tile. The side with fewer operands is loaded whole; the others stream past it one
 * by one, with a barrier after every few.
 */
function addTerm(sum: Sum, term: Term): void {
  const { f, tile, sums, resident, streamed, features, inStep } = sum;
  const { height, width } = tile;
  const pixel = (row: number) => f.get(term.start).loadSplat(term.offset + row * inStep);
  const weight = (column: number) => f.get(term.weights).loadV128(term.weightsOffset + VECTOR * column);
  const [pixelsStream, kept, passing] = height >= width ? [true, width, height] : [false, height, width];
  for (let i = 0; i < kept; i++) (pixelsStream ? weight(i) : pixel(i)).set(resident[i]!);
  for (let i = 0; i < passing; i++) {
    (pixelsStream ? pixel(i) : weight(i)).set(streamed);
    for (let k = 0; k < kept; k++) {
      const [row, column] = pixelsStream ? [i, k] : [k, i];
      multiplyAdd(f, features, sums[row * width + column]!, resident[k]!, streamed);
    }
    if ((i + 1) % barrierSpacing(kept) === 0 || i === passing - 1) sum.barrier(term.start, term.depth);
  }
}
