// One tile of a convolution, moved over a row of pixels: sums begin with the bias, take term after term, and are stored
// with the residual added and negatives cut off.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder, Local } from '../wasm/function.js';
import { VECTOR } from './arithmetic.js';
import type { ConvolutionLayout } from './convolution-layout.js';
import type { ConvolutionSpec } from './convolution-spec.js';
import { type SumLocals, sumLocals, writeSum } from './convolution-sum.js';
import type { Tile } from './convolution-tiles.js';

/** The group's addresses at the row's first pixel, and the row's length. */
export interface GroupLocals {
  readonly input: Local;
  readonly output: Local;
  readonly residual: Local;
  readonly table: Local;
  readonly panel: Local;
  readonly pixels: Local;
}

/** Gives a function that writes the code for one tile after another, all with the same locals. */
export function tileWriter(
  f: FunctionBuilder,
  spec: ConvolutionSpec,
  layout: ConvolutionLayout,
  group: GroupLocals,
  features: Features,
): (tile: Tile) => void {
  const locals = sumLocals(f, layout, group, features);
  const [done, output, residual, zero] = [f.i32(), f.i32(), f.i32(), f.v128()];
  if (spec.relu) f.constF32x4(0).set(zero);
  return (tile) => {
    f.const(0).set(done);
    f.loop(() => {
      setAddresses(f, spec, group, { done, input: locals.input, output, residual }, tile.height);
      startSums(f, locals, tile);
      f.block(() => writeSum(f, spec, layout, locals, tile));
      storeSums(f, spec, locals, { output, residual, zero }, tile);
      f.increase(done, tile.height).get(done).get(group.pixels).less().branchIf(0);
    });
  };
}

/**
 * The addresses of the tile's first pixel. The last tile of a row goes back over pixels that are done, so that no lower
 * tile is needed for the rest.
 */
function setAddresses(
  f: FunctionBuilder,
  spec: ConvolutionSpec,
  group: GroupLocals,
  at: { readonly done: Local; readonly input: Local; readonly output: Local; readonly residual: Local },
  height: number,
): void {
  const pixel = f.i32();
  const last = f.i32();
  f.getPlus(group.pixels, -height).set(last);
  f.get(at.done).get(last).get(at.done).get(last).less().select().set(pixel);
  f.get(pixel).const(spec.inStep).multiply().get(group.input).add().set(at.input);
  f.get(pixel).const(spec.outStep).multiply().get(group.output).add().set(at.output);
  if (spec.residualStep === undefined) return;
  f.get(pixel).const(spec.residualStep).multiply().get(group.residual).add().set(at.residual);
}

/** Every sum begins with its bias, which the panel begins with. */
function startSums(f: FunctionBuilder, { sums, panel }: SumLocals, { height, width }: Tile): void {
  for (let column = 0; column < width; column++)
    f.get(panel)
      .loadV128(VECTOR * column)
      .set(sums[column]!);
  for (let i = width; i < height * width; i++) f.get(sums[i % width]!).set(sums[i]!);
}

function storeSums(
  f: FunctionBuilder,
  { relu, outStep, residualStep }: ConvolutionSpec,
  { sums }: SumLocals,
  at: { readonly output: Local; readonly residual: Local; readonly zero: Local },
  { height, width }: Tile,
): void {
  for (let i = 0; i < height * width; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    f.get(at.output).get(sums[i]!);
    if (residualStep !== undefined)
      f.get(at.residual)
        .loadV128(row * residualStep + VECTOR * column)
        .addF32x4();
    // In this order, NaN stays NaN.
    if (relu) f.get(at.zero).pseudoMaxF32x4();
    f.storeV128(row * outStep + VECTOR * column);
  }
}
