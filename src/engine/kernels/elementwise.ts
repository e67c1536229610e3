// Sums of two maps, and relu of one, where no convolution takes them along.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';

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

/** Parameters: left, right, output, p0, p1. Pixels p0 to p1 (exclusive) are computed; in place if the steps agree. */
export function addKernel(_name: string, _spec: AddSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}

/** Parameters: input, output, p0, p1. Pixels p0 to p1 (exclusive) are computed; in place if the steps agree. */
export function reluKernel(_name: string, _spec: ReluSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}
