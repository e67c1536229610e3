// What tasks become: calls of kernels. Read first: ../plan/places.ts, ../kernels/convolution.ts.
import { borderBytes, type Layout, layoutOf } from '../plan/layout.js';
import type { Task } from '../plan/places.js';
import { root, type Store } from '../plan/stores.js';
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';

/** One call of a kernel: all arguments are known when the network is. */
export interface Call {
  readonly kernel: FunctionBuilder;
  readonly args: readonly number[];
}

/** A task, ready to be called for any part of its output. */
export interface Job {
  readonly task: Task;
  /** What its output can be parted into: rows; pixels, where a task is alone in its chain; channels, if a pixel is all. */
  readonly units: number;
  calls(from: number, to: number): Call[];
}

/** What jobs are made with. */
export interface Workshop {
  /** The kernel for a spec, made once, and the first of equal specs: `kernel('depthwise', spec, depthwiseKernel)`. */
  kernel<S>(
    kind: string,
    spec: S,
    make: (name: string, spec: S, features: Features) => FunctionBuilder,
  ): { readonly kernel: FunctionBuilder; readonly spec: S };
  /** The address of a root's beginning. */
  addressOf(store: Store): number;
  /** The address of a row of zeros, as long as the longest row. */
  readonly zeros: number;
  /** Room for so many floats, which `write` fills when there is memory (with zeros in it); its address. */
  constants(length: number, write: (into: Float32Array) => void): number;
}

/** A store in memory: its layout, and the address of its first pixel's first lane. */
export interface Located extends Layout {
  readonly address: number;
  readonly height: number;
  readonly width: number;
}

/** Where a store is. */
export function locate(store: Store, workshop: Pick<Workshop, 'addressOf'>): Located {
  const layout = layoutOf(store);
  const address = workshop.addressOf(root(store)) + borderBytes(store) + layout.begin;
  return { ...layout, address, height: store.height, width: store.width };
}
