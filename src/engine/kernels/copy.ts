// Copies of channels within pixels.
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { unrolled, VECTOR } from './arithmetic.js';

/** Channels that are copied, pixel by pixel. Steps are bytes from one pixel to the next. */
export interface GatherSpec {
  readonly inStep: number;
  readonly outStep: number;
  /** Float numbers (not bytes) within the input pixel and the output pixel. */
  readonly lanes: readonly (readonly [from: number, to: number])[];
}

const [INPUT, OUTPUT, FROM, TO] = [0, 1, 2, 3];

/** Copies in a turn of a loop. */
const UNROLL = 4;

/** Parameters: input, output, p0, p1. Pixels p0 to p1 (exclusive) are copied. Maps must not overlap. */
export function gatherKernel(name: string, { inStep, outStep, lanes }: GatherSpec): FunctionBuilder {
  const f = new FunctionBuilder(name, 4);
  const [pixel, counter, input, output] = [f.i32(), f.i32(), f.i32(), f.i32()];
  const runs = runsOf(lanes);
  f.range(pixel, FROM, TO, () => {
    for (const run of runs) {
      f.get(INPUT).get(pixel).const(inStep).multiply().add().set(input);
      f.get(OUTPUT).get(pixel).const(outStep).multiply().add().set(output);
      copyRun(f, run, { input, output, counter });
    }
  });
  return f;
}

/** Neighbouring floats that go to places an equal distance apart. */
interface Run {
  readonly from: number;
  readonly to: number;
  /** From one place to the next. */
  readonly step: number;
  readonly count: number;
}

/** The lanes as few runs: a part of a concatenation is one, a channel shuffle has one for each group. */
function runsOf(lanes: readonly (readonly [number, number])[]): Run[] {
  const sorted = [...lanes].sort((a, b) => a[0] - b[0]);
  const runs: Run[] = [];
  for (const [from, to] of sorted) {
    const last = runs.at(-1);
    const step = last === undefined ? 0 : last.count === 1 ? to - last.to : last.step;
    if (last !== undefined && from === last.from + last.count && to === last.to + last.count * step) {
      runs[runs.length - 1] = { ...last, step, count: last.count + 1 };
    } else runs.push({ from, to, step: 1, count: 1 });
  }
  return runs;
}

/** Copies a run by vectors where its places are neighbours too, and what is left float by float. */
function copyRun(
  f: FunctionBuilder,
  { from, to, step, count }: Run,
  at: { readonly input: Local; readonly output: Local; readonly counter: Local },
): void {
  const vectors = step === 1 ? Math.floor(count / 4) : 0;
  const passed = repeat(f, at, vectors, [VECTOR, VECTOR], (k) => {
    f.get(at.output)
      .get(at.input)
      .loadV128(4 * from + VECTOR * k)
      .storeV128(4 * to + VECTOR * k);
  });
  // Float numbers from where the loop over vectors left the pointers.
  const [rest, first] = [count - 4 * vectors, 4 * (vectors - passed)];
  repeat(f, at, rest, [4, 4 * step], (k) => {
    f.get(at.output)
      .get(at.input)
      .loadF32(4 * (from + first + k))
      .storeF32(4 * (to + (first + k) * step));
  });
}

/** Copies `count` times, with pointers that move on by so many bytes of input and output each time. */
function repeat(
  f: FunctionBuilder,
  { input, output, counter }: { readonly input: Local; readonly output: Local; readonly counter: Local },
  count: number,
  [inBytes, outBytes]: readonly [number, number],
  copy: (k: number) => void,
): number {
  return unrolled(f, { count, unroll: UNROLL, counter }, copy, (n) => {
    f.increase(input, n * inBytes).increase(output, n * outBytes);
  });
}
