// Sums of two maps, and relu of one, where no convolution takes them along.
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { relu, unrolled, VECTOR } from './arithmetic.js';

/** The sum of two maps. Steps are bytes from one pixel to the next. */
export interface AddSpec {
  readonly leftStep: number;
  readonly rightStep: number;
  readonly outStep: number;
  readonly vectors: number;
  readonly relu: boolean;
}

/** A map with its negative values made 0. Steps are bytes from one pixel to the next. */
export interface ReluSpec {
  readonly inStep: number;
  readonly outStep: number;
  readonly vectors: number;
}

/** Vectors in a turn of the loop over a pixel. */
const UNROLL = 4;

/** Parameters: left, right, output, p0, p1. Pixels p0 to p1 (exclusive) are computed; in place if the steps agree. */
export function addKernel(name: string, spec: AddSpec): FunctionBuilder {
  return pixelwise(name, [spec.leftStep, spec.rightStep, spec.outStep], spec.vectors, (f, [left, right], offset) => {
    f.get(left!).loadV128(offset).get(right!).loadV128(offset).addF32x4();
    if (spec.relu) relu(f);
  });
}

/** Parameters: input, output, p0, p1. Pixels p0 to p1 (exclusive) are computed; in place if the steps agree. */
export function reluKernel(name: string, spec: ReluSpec): FunctionBuilder {
  return pixelwise(name, [spec.inStep, spec.outStep], spec.vectors, (f, [input], offset) => {
    f.get(input!).loadV128(offset);
    relu(f);
  });
}

/**
 * A kernel over all vectors of the pixels of some maps, the last of which is the output. `compute` leaves a vector on
 * the stack, from those at `offset`.
 */
function pixelwise(
  name: string,
  steps: readonly number[],
  vectors: number,
  compute: (f: FunctionBuilder, pointers: readonly Local[], offset: number) => void,
): FunctionBuilder {
  const f = new FunctionBuilder(name, steps.length + 2);
  const [from, to] = [steps.length, steps.length + 1];
  const [pixel, counter, pointers] = [f.i32(), f.i32(), steps.map(() => f.i32())];
  const output = pointers.at(-1)!;
  f.range(pixel, from, to, () => {
    for (const [i, step] of steps.entries()) f.get(i).get(pixel).const(step).multiply().add().set(pointers[i]!);
    const body = (k: number) => {
      f.get(output);
      compute(f, pointers, VECTOR * k);
      f.storeV128(VECTOR * k);
    };
    unrolled(f, { count: vectors, unroll: UNROLL, counter }, body, (n) => {
      for (const pointer of pointers) f.increase(pointer, VECTOR * n);
    });
  });
  return f;
}
