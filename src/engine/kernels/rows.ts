// The loops that depthwise convolution and pooling share: over output rows, each with the input rows its window sees,
// and over the vectors of a pixel.
import type { FunctionBuilder, Local } from '../wasm/function.js';
import { VECTOR } from './arithmetic.js';
import type { WindowedMap } from './windowed-map.js';

/** The pointers and counters of the loops. */
export interface RowLocals {
  /** The current vector in the first pixel of each input row under the window. */
  readonly rows: readonly Local[];
  /** The current vector in the first pixel of the output row. */
  readonly output: Local;
  readonly turns: Local;
  /** The first input row under the window; may lie before the map. */
  readonly start: Local;
}

/** Where a kernel's parameters are. */
export interface RowParameters {
  readonly input: Local;
  readonly output: Local;
  readonly from: Local;
  readonly to: Local;
}

/** What stands in for an input row that is not there. */
export type MissingRow = { readonly zeros: Local } | 'nearest';

/**
 * Writes the loops. `eachRow` comes once a row, `eachVector` for each vector; after it all row pointers and the
 * output's are moved to the next vector.
 */
export function forEachRow(
  f: FunctionBuilder,
  { map, vectors }: { readonly map: WindowedMap; readonly vectors: number },
  parameters: RowParameters,
  missing: MissingRow,
  eachRow: (locals: RowLocals) => void,
  eachVector: (locals: RowLocals) => void,
): void {
  const rows = map.window[0];
  const locals = { rows: Array.from({ length: rows }, () => f.i32()), output: f.i32(), turns: f.i32(), start: f.i32() };
  const [y, vector] = [f.i32(), f.i32()];
  f.range(y, parameters.from, parameters.to, () => {
    f.get(y).const(map.strides[0]).multiply().const(map.before[0]).subtract().set(locals.start);
    for (const [i, row] of locals.rows.entries()) {
      if (missing === 'nearest') nearestRow(f, map, parameters.input, locals.start, i, row);
      else rowOrZeros(f, map, parameters.input, locals.start, i, row, missing.zeros);
    }
    f.get(y)
      .const(map.outWidth * map.outStep)
      .multiply()
      .get(parameters.output)
      .add()
      .set(locals.output);
    eachRow(locals);
    f.times(vector, vectors, () => {
      eachVector(locals);
      for (const pointer of [...locals.rows, locals.output]) f.increase(pointer, VECTOR);
    });
  });
}

/** The address of input row `start + i`, or of zeros. One comparison finds rows on either side: negatives are large. */
function rowOrZeros(
  f: FunctionBuilder,
  { height, width, inStep }: WindowedMap,
  input: Local,
  start: Local,
  i: number,
  row: Local,
  zeros: Local,
): void {
  f.getPlus(start, i)
    .const(width * inStep)
    .multiply()
    .get(input)
    .add();
  f.get(zeros);
  f.getPlus(start, i).const(height).lessUnsigned().select().set(row);
}

/** The address of input row `start + i`, or of the first or last row, which the window sees as well. */
function nearestRow(
  f: FunctionBuilder,
  { height, width, inStep }: WindowedMap,
  input: Local,
  start: Local,
  i: number,
  row: Local,
): void {
  f.getPlus(start, i).set(row);
  f.const(0).get(row).get(row).const(0).less().select().set(row);
  f.const(height - 1)
    .get(row)
    .get(row)
    .const(height - 1)
    .greater()
    .select()
    .set(row);
  f.get(row)
    .const(width * inStep)
    .multiply()
    .get(input)
    .add()
    .set(row);
}
