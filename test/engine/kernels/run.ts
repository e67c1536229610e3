// Runs a kernel on buffers laid out in a memory of its own, and holds that it writes nothing but its output.
import { expect } from 'vitest';
import type { Features } from '../../../src/engine/wasm/features.js';
import { hasRelaxedSimd } from '../../../src/engine/wasm/features.js';
import type { FunctionBuilder } from '../../../src/engine/wasm/function.js';
import { encodeModule } from '../../../src/engine/wasm/module.js';

/** Every way in which kernels are written that this machine can run. */
export const FEATURES: readonly Features[] = [false, true]
  .filter((fma) => !fma || hasRelaxedSimd())
  .flatMap((fma) => [false, true].map((barriers) => ({ fma, barriers })));

/** What a kernel must leave as it is, in an output. */
export const UNTOUCHED = -12345.5;

/** What lies around buffers: a NaN that no sum makes. */
const AROUND = 0x7fabcdef;
const GAP = 256;
/** Addresses of pages begin here, so that an offset that is taken for an address is found. */
const START = 1024;

/** Buffers by name, with their addresses. */
type Addresses<T> = { readonly [name in keyof T]: number };

/** Runs the kernel; gives the buffer called `output` as it is then. */
export function runKernel<T extends Record<string, Float32Array> & { readonly output: Float32Array }>(
  kernel: FunctionBuilder,
  buffers: T,
  call: (at: Addresses<T>) => readonly number[],
): Float32Array {
  const at: Record<string, number> = {};
  let top = START;
  for (const [name, buffer] of Object.entries(buffers)) {
    at[name] = top;
    top += Math.ceil(buffer.byteLength / 16) * 16 + GAP;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) });
  const expected = memoryOf(memory.buffer.byteLength, buffers, at);
  new Int32Array(memory.buffer).set(expected);
  const module = new WebAssembly.Module(encodeModule([kernel], { pages: 1, shared: false }));
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  (exports[kernel.name] as (...parameters: number[]) => void)(...call(at as Addresses<T>));
  const output = new Float32Array(memory.buffer, at.output, buffers.output.length);
  expected.set(new Int32Array(memory.buffer, at.output, buffers.output.length), at.output! / 4);
  const found = new Int32Array(memory.buffer);
  expect(found.findIndex((value, i) => value !== expected[i])).toBe(-1);
  return output;
}

function memoryOf(bytes: number, buffers: Record<string, Float32Array>, at: Record<string, number>): Int32Array {
  const words = new Int32Array(bytes / 4).fill(AROUND);
  for (const [name, buffer] of Object.entries(buffers)) {
    words.set(new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length), at[name]! / 4);
  }
  return words;
}

/** The length of a kernel's module. */
export const sizeOf = (kernel: FunctionBuilder): number => encodeModule([kernel], { pages: 1, shared: false }).length;

/** Floats between -1 and 1, the same for the same seed. */
export function noise(length: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** An output before it is written. */
export const untouched = (length: number): Float32Array => new Float32Array(length).fill(UNTOUCHED);
