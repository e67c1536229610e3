// Maximum and average under a window. Padding is never counted: the maximum never sees a zero that is not in the map,
// the average divides by the cells that are. What a column comes to is found once for all the windows it is in.
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { relu } from './arithmetic.js';
import { forEachRow, type RowLocals } from './rows.js';
import { columnsOf, slide, slotsOf } from './sliding.js';
import type { WindowedMap } from './windowed-map.js';

/** Pooling under a moving window. */
export interface PoolingSpec {
  readonly map: WindowedMap;
  readonly vectors: number;
  readonly kind: 'max' | 'average';
  readonly relu: boolean;
}

const [INPUT, OUTPUT, ZEROS, FROM, TO] = [0, 1, 2, 3, 4];

/**
 * Parameters: input, output, zeros, y0, y1. Addresses are those of whole maps; output rows y0 to y1 (exclusive) are
 * computed. `zeros` is a row of zeros as long as an input row, `width * inStep`.
 *
 * A NaN makes an average NaN. A maximum may pass it over, as TensorFlow's does on a CPU: the instruction that would
 * hand it on takes eight on x64.
 */
export function poolingKernel(name: string, spec: PoolingSpec): FunctionBuilder {
  const f = new FunctionBuilder(name, 5);
  const { map, kind } = spec;
  const [column, results] = [f.v128(), f.v128s(slotsOf(map))];
  const divisors = kind === 'average' ? divisorsOf(f, map) : undefined;
  const join = () => (kind === 'max' ? f.pseudoMaxF32x4() : f.addF32x4());
  const parameters = { input: INPUT, output: OUTPUT, from: FROM, to: TO };
  const missing = kind === 'max' ? 'nearest' : { zeros: ZEROS };
  const eachRow = (locals: RowLocals) => divisors?.set(locals.start);
  forEachRow(f, spec, parameters, missing, eachRow, (locals) => {
    slide(f, map, locals, (offset, targets) => {
      for (const [i, row] of locals.rows.entries()) {
        f.get(row).loadV128(offset);
        if (i > 0) join();
      }
      f.set(column);
      for (const { slot, first } of targets) {
        if (first) f.get(column).set(results[slot]!);
        else {
          f.get(results[slot]!).get(column);
          join().set(results[slot]!);
        }
      }
      for (const { slot, last, columns, offset: to } of targets) {
        if (!last) continue;
        f.get(locals.output).get(results[slot]!);
        if (divisors !== undefined) f.get(divisors.of(columns)).divideF32x4();
        if (spec.relu) relu(f);
        f.storeV128(to);
      }
    });
  });
  return f;
}

/** How many cells averages divide by, as vectors: `set` finds them for a row, `of` gives those of so many columns. */
function divisorsOf(f: FunctionBuilder, map: WindowedMap) {
  const { height, window } = map;
  const divisors = new Map<number, Local>();
  for (let out = 0; out < map.outWidth; out++) {
    const [from, to] = columnsOf(map, out);
    const columns = to - from;
    if (!divisors.has(columns)) divisors.set(columns, f.v128());
  }
  const [top, end] = [f.i32(), f.i32()];
  return {
    of: (columns: number): Local => divisors.get(columns)!,
    set(start: Local): void {
      f.const(0).get(start).get(start).const(0).less().select().set(top);
      f.getPlus(start, window[0]).const(height);
      f.getPlus(start, window[0]).const(height).less().select().set(end);
      for (const [columns, divisor] of divisors) {
        f.get(end).get(top).subtract().const(columns).multiply().toFloat().splat().set(divisor);
      }
    },
  };
}
