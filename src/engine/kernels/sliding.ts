// A window that slides along a row: each input column is read once, and goes to every output whose window it is in.
// Depthwise convolution and pooling differ only in what they do with a column.
//
// Columns at the edges, where windows are cut off, are written out. Of those between, a wide map has a loop.
import type { FunctionBuilder, Local } from '../wasm/function.js';
import type { WindowedMap } from './windowed-map.js';

/** An output that a column goes to. */
export interface Target {
  /** Outputs under way at once are told apart by it; another output takes it when this one is done. */
  readonly slot: number;
  /** The column of the window that the input column is. */
  readonly cell: number;
  /** Whether the column is the output's first, or its last. */
  readonly first: boolean;
  readonly last: boolean;
  /** How many columns of the window are in the map. */
  readonly columns: number;
  /** Bytes from the output pointer. */
  readonly offset: number;
}

/** Writes the code for one column, `offset` bytes from the row pointers. */
export type WriteColumn = (offset: number, targets: readonly Target[]) => void;

/** Outputs that are written out in a turn of the loop, at least. Four or eight run no faster (0.99 to 1.01). */
const OUTPUTS_A_TURN = 2;

/** How many outputs are under way at once. */
export function slotsOf({ window, strides }: WindowedMap): number {
  return Math.ceil(window[1] / strides[1]);
}

/** The input columns of an output that are in the map: from, up to and not including. */
export function columnsOf({ width, window, strides, before }: WindowedMap, out: number): readonly [number, number] {
  const start = out * strides[1] - before[1];
  return [Math.max(0, start), Math.min(width, start + window[1])];
}

/** Outputs `from` to `to` (exclusive) go through a loop whose turn has `outputs` of them; none if `to` is not above `from`. */
interface Middle {
  readonly from: number;
  readonly to: number;
  readonly outputs: number;
}

/**
 * Which outputs the loop has. At the start of a turn, column `start(from)` is the next, and the outputs before `from`
 * that are still under way have their slots; as a turn has a whole number of rounds of slots, so has its end.
 */
function middleOf(map: WindowedMap): Middle {
  const { outWidth, width, window, strides, before } = map;
  const slots = slotsOf(map);
  const outputs = Math.ceil(OUTPUTS_A_TURN / slots) * slots;
  // From here on, a window and those that overlap it from the left begin within the map.
  const from = Math.ceil(before[1] / strides[1]) + slots - 1;
  // Columns of a turn go to windows that begin in it: all of those must end within the map.
  const whole = Math.floor((width - window[1] + before[1]) / strides[1]) + 1;
  const turns = Math.floor((Math.min(outWidth, whole) - from) / outputs);
  return { from, to: turns > 1 ? from + turns * outputs : from, outputs };
}

/**
 * Writes the code for one row of one vector: `rows` and `output` point at the first pixels. A loop moves them on; at the
 * end they are moved back.
 */
export function slide(
  f: FunctionBuilder,
  map: WindowedMap,
  { rows, output, turns }: { readonly rows: readonly Local[]; readonly output: Local; readonly turns: Local },
  write: WriteColumn,
): void {
  const middle = middleOf(map);
  const columnAt = (out: number) => out * map.strides[1] - map.before[1];
  const writeColumns = (from: number, to: number, moved: number) => {
    for (let column = from; column < to; column++) {
      const targets = targetsOf(map, column, moved);
      if (targets.length > 0) write((column - moved * map.strides[1]) * map.inStep, targets);
    }
  };
  if (middle.to === middle.from) {
    writeColumns(0, map.width, 0);
    return;
  }
  const turn = middle.outputs;
  const count = (middle.to - middle.from) / turn;
  const advance = (times: number) => {
    for (const row of rows) f.increase(row, times * turn * map.strides[1] * map.inStep);
    f.increase(output, times * turn * map.outStep);
  };
  writeColumns(0, columnAt(middle.from), 0);
  f.times(turns, count, () => {
    writeColumns(columnAt(middle.from), columnAt(middle.from + turn), 0);
    advance(1);
  });
  writeColumns(columnAt(middle.to), map.width, count * turn);
  advance(-count);
}

/** The outputs that a column goes to, when the pointers have been moved on by `moved` outputs. */
function targetsOf(map: WindowedMap, column: number, moved: number): Target[] {
  const { outWidth, strides, before, outStep } = map;
  const targets: Target[] = [];
  for (let cell = map.window[1] - 1; cell >= 0; cell--) {
    const out = (column + before[1] - cell) / strides[1];
    if (!Number.isInteger(out) || out < 0 || out >= outWidth) continue;
    const [from, to] = columnsOf(map, out);
    targets.push({
      slot: out % slotsOf(map),
      cell,
      first: column === from,
      last: column === to - 1,
      columns: to - from,
      offset: (out - moved) * outStep,
    });
  }
  return targets;
}
