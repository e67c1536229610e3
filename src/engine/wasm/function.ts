// One WebAssembly function, written instruction by instruction: a method a line of assembly, for the opcodes that the
// kernels use. All parameters are i32, and nothing is returned. Nothing is checked here: WebAssembly's validation does.
// Loads and stores are in memory.ts, the bytes in code.ts.
import type { Local } from './code.js';
import { MemoryCode } from './memory.js';

export type { Local } from './code.js';

const I32 = 0x7f;
const V128 = 0x7b;

/** A function under construction. Methods return the builder, so that an expression reads as one line. */
export class FunctionBuilder extends MemoryCode {
  i32(): Local {
    return this.local(I32);
  }
  v128(): Local {
    return this.local(V128);
  }
  /** Several vectors. */
  v128s(count: number): Local[] {
    return Array.from({ length: count }, () => this.v128());
  }

  get(local: Local): this {
    return this.unsigned(0x20, local);
  }
  set(local: Local): this {
    return this.unsigned(0x21, local);
  }
  tee(local: Local): this {
    return this.unsigned(0x22, local);
  }
  drop(): this {
    return this.op(0x1a);
  }

  // i32
  const(value: number): this {
    return this.signed(0x41, value | 0);
  }
  add(): this {
    return this.op(0x6a);
  }
  subtract(): this {
    return this.op(0x6b);
  }
  multiply(): this {
    return this.op(0x6c);
  }
  and(): this {
    return this.op(0x71);
  }
  /** Shifts in zeros. */
  shiftRight(): this {
    return this.op(0x76);
  }
  equal(): this {
    return this.op(0x46);
  }
  notEqual(): this {
    return this.op(0x47);
  }
  /** Signed, as all comparisons here. */
  less(): this {
    return this.op(0x48);
  }
  lessUnsigned(): this {
    return this.op(0x49);
  }
  greater(): this {
    return this.op(0x4a);
  }
  /** The first of two values if the third is not 0, the second if it is. */
  select(): this {
    return this.op(0x1b);
  }

  /** Pushes a local and a constant, added. */
  getPlus(local: Local, value: number): this {
    return value === 0 ? this.get(local) : this.get(local).const(value).add();
  }
  /** Adds a constant to a local. */
  increase(local: Local, value: number): this {
    return value === 0 ? this : this.getPlus(local, value).set(local);
  }

  // Control
  block(body: () => void): this {
    return this.nest(0x02, body);
  }
  loop(body: () => void): this {
    return this.nest(0x03, body);
  }
  if(body: () => void): this {
    return this.nest(0x04, body);
  }
  branch(depth: number): this {
    return this.unsigned(0x0c, depth);
  }
  branchIf(depth: number): this {
    return this.unsigned(0x0d, depth);
  }
  return(): this {
    return this.op(0x0f);
  }
  /** Calls a function that is encoded in the same module; its arguments are on the stack. */
  call(callee: FunctionBuilder): this {
    return this.reference(0x10, callee);
  }

  /** The body as many times as the constant `count` says, counted down in `counter`. */
  times(counter: Local, count: number, body: () => void): this {
    this.const(count).set(counter);
    return this.countDown(counter, body);
  }
  /** The body as many times as `counter` says, which must not be 0. */
  countDown(counter: Local, body: () => void): this {
    return this.loop(() => {
      body();
      this.get(counter).const(1).subtract().tee(counter).branchIf(0);
    });
  }
  /** The body for `counter` from `from` up to, not including, `to`; not at all if there is nothing between. */
  range(counter: Local, from: Local, to: Local, body: () => void): this {
    this.get(from).set(counter);
    return this.get(counter)
      .get(to)
      .less()
      .if(() => {
        this.loop(() => {
          body();
          this.getPlus(counter, 1).tee(counter).get(to).less().branchIf(0);
        });
      });
  }

  // f32 and f32x4
  /** An i32 as f32. */
  toFloat(): this {
    return this.op(0xb2);
  }
  /** An f32 in all four lanes. */
  splat(): this {
    return this.simd(0x13);
  }
  constF32x4(value: number): this {
    return this.simd(12).float(value).float(value).float(value).float(value);
  }
  addF32x4(): this {
    return this.simd(0xe4);
  }
  multiplyF32x4(): this {
    return this.simd(0xe6);
  }
  divideF32x4(): this {
    return this.simd(0xe7);
  }
  /** `a < b ? b : a` of `a`, `b` on the stack: one instruction, and a NaN in `a` stays. */
  pseudoMaxF32x4(): this {
    return this.simd(0xeb);
  }
  /** `a * b + c` of `a`, `b`, `c` on the stack, rounded once or twice as the machine likes. */
  relaxedMultiplyAdd(): this {
    return this.simd(0x105);
  }
}
