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
  const module = await compiled(bytes);
  const instance = new WebAssembly.Instance(module, { engine: { memory } });
  for (const { address, length, write } of constants) write(new Float32Array(memory.buffer, address, length));
  return { memory, module, exports: instance.exports };
}

/**
 * Compiled at once: some 40 kB take a millisecond or two, as V8 leaves most of the work for the first calls. And where
 * nothing else is under way, Node 20 now and then waits for ever for a module that compiles beside it (nodejs/node#54918;
 * 2 of 1500 did). A page whose browser allows only small modules on its main thread, Chrome until 2023, does compile beside.
 */
async function compiled(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof RangeError) return WebAssembly.compile(bytes);
    throw error;
  }
}
