// Convolution as a product of matrices, pixels by channels: all groups, in tiles whose sums stay in registers.
import type { Features } from '../wasm/features.js';
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { VECTOR } from './arithmetic.js';
import { type ConvolutionLayout, layoutOf, panelBytes } from './convolution-layout.js';
import type { ConvolutionSpec } from './convolution-spec.js';
import { type GroupLocals, tileWriter } from './convolution-tile.js';

export { packConvolution, packedConvolutionLength } from './convolution-pack.js';
export type { ConvolutionSpec, ConvolutionWeights } from './convolution-spec.js';

/** The parameters, by number. */
const [INPUT, WEIGHTS, OUTPUT, RESIDUAL, PIXELS, ROWS] = [0, 1, 2, 3, 4, 5];

/**
 * Parameters: input, weights, output, residual, pixels, rows. The output must not overlap the input or the residual:
 * the last pixels of a row are computed twice where tiles do not divide it. Rows are computed one after another.
 */
export function convolutionKernel(name: string, spec: ConvolutionSpec, features: Features): FunctionBuilder {
  const f = new FunctionBuilder(name, 6);
  const layout = layoutOf(spec);
  const [panel, groups] = [f.i32(), f.i32()];
  const locals: GroupLocals = {
    input: f.i32(),
    output: f.i32(),
    residual: f.i32(),
    table: f.i32(),
    panel,
    pixels: PIXELS,
  };
  const writeTile = tileWriter(f, spec, layout, locals, features);
  f.increase(INPUT, layout.base);
  f.countDown(ROWS, () => {
    f.get(WEIGHTS).set(panel);
    f.times(groups, spec.groups.length, () => {
      const header = readHeader(f, spec, layout, locals);
      for (const [i, tile] of layout.tiles.entries()) {
        forEachTile(f, header, layout.header.counts + 4 * i, () => {
          writeTile(tile);
          f.increase(panel, panelBytes(layout, tile));
          f.increase(locals.output, VECTOR * tile.width);
          if (spec.residualStep !== undefined) f.increase(locals.residual, VECTOR * tile.width);
        });
      }
    });
    f.increase(INPUT, spec.inRowStep).increase(OUTPUT, spec.outRowStep).increase(RESIDUAL, spec.residualRowStep);
  });
  return f;
}

/** Sets a group's addresses, and moves the panel's past the header; gives the header's. */
function readHeader(f: FunctionBuilder, spec: ConvolutionSpec, layout: ConvolutionLayout, locals: GroupLocals): Local {
  const { input, output, bytes, table } = layout.header;
  const header = f.i32();
  f.get(locals.panel).set(header);
  f.get(INPUT).get(header).loadI32(input).add().set(locals.input);
  f.get(OUTPUT).get(header).loadI32(output).add().set(locals.output);
  if (spec.residualStep !== undefined) f.get(RESIDUAL).get(header).loadI32(output).add().set(locals.residual);
  if (layout.terms.table) f.getPlus(header, table).set(locals.table);
  f.increase(locals.panel, bytes);
  return header;
}

/** The body as many times as the header says; groups may have none of one width. */
function forEachTile(f: FunctionBuilder, header: Local, at: number, body: () => void): void {
  const count = f.i32();
  f.get(header)
    .loadI32(at)
    .tee(count)
    .if(() => f.countDown(count, body));
}
