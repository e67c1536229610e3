// A program in memory, ready to run. Read first: program.ts.
import type { Program } from './program.js';

/** A program's module, its memory with the weights in it, and its functions. */
export interface Loaded {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly exports: WebAssembly.Exports;
}

/** Makes the memory of a program, shared where it is for more threads than one, and writes its weights. */
export async function loadProgram({ pages, bytes, constants }: Program, shared: boolean): Promise<Loaded> {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const { instance, module } = await WebAssembly.instantiate(bytes, { engine: { memory } });
  for (const { address, length, write } of constants) write(new Float32Array(memory.buffer, address, length));
  return { memory, module, exports: instance.exports };
}
