// What a WebAssembly function does with memory: loads and stores, and the atomics by which threads agree. Offsets are bytes
// that are added to the address on the stack. Read first: code.ts.
import { Code } from './code.js';

const ATOMIC = 0xfe;
const CONST_I64 = 0x42;

/** The alignment that loads and stores promise, as a power of two: four bytes, which is true of every float. */
const ALIGNMENT = 2;

/** A function that can reach its module's memory. */
export class MemoryCode extends Code {
  loadI32(offset = 0): this {
    return this.op(0x28).#place(offset);
  }
  loadF32(offset = 0): this {
    return this.op(0x2a).#place(offset);
  }
  storeF32(offset = 0): this {
    return this.op(0x38).#place(offset);
  }
  loadV128(offset = 0): this {
    return this.simd(0).#place(offset);
  }
  /** Loads one float into all four lanes. */
  loadSplat(offset = 0): this {
    return this.simd(9).#place(offset);
  }
  storeV128(offset = 0): this {
    return this.simd(11).#place(offset);
  }

  // Atomics, of i32 in a shared memory
  atomicLoad(offset: number): this {
    return this.#atomic(0x10, offset);
  }
  /** Adds; leaves what was there before. */
  atomicAdd(offset: number): this {
    return this.#atomic(0x1e, offset);
  }
  /** Stack: address, expected, replacement. Leaves what was there; it is replaced if that was expected. */
  atomicCompareExchange(offset: number): this {
    return this.#atomic(0x48, offset);
  }
  /** Stack: address, expected. Leaves 0 woken, 1 not equal, 2 timed out. */
  atomicWait(offset: number, nanoseconds: number): this {
    return this.signed(CONST_I64, nanoseconds).#atomic(0x01, offset);
  }
  /** Stack: address, the most that are woken. Leaves how many were. */
  atomicNotify(offset: number): this {
    return this.#atomic(0x00, offset);
  }

  #atomic(op: number, offset: number): this {
    return this.unsigned(ATOMIC, op).#place(offset);
  }

  #place(offset: number): this {
    return this.unsigned(ALIGNMENT, offset);
  }
}
