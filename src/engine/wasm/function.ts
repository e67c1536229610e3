// One WebAssembly function, written instruction by instruction: a method a line of assembly, for the opcodes that the
// kernels use. All parameters are i32, and nothing is returned. Nothing is checked here: WebAssembly's validation does.
import { ByteWriter } from './bytes.js';

/** The number of a parameter or local. */
export type Local = number;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

/** Of blocks, loops and ifs: they leave nothing on the stack. */
const NO_RESULT = 0x40;

const SIMD = 0xfd;
const ATOMIC = 0xfe;
const MEMORY = 0xfc;

/** The alignment that loads and stores promise, as a power of two: four bytes, which is true of every float. */
const ALIGNMENT = 2;

/** A function under construction. Methods return the builder, so that an expression reads as one line. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: number;
  readonly #code = new ByteWriter();
  readonly #types: number[] = [];
  readonly #calls: { readonly at: number; readonly callee: FunctionBuilder }[] = [];

  constructor(name: string, parameters: number) {
    this.name = name;
    this.parameters = parameters;
  }

  i32(): Local {
    return this.#local(I32);
  }
  f32(): Local {
    return this.#local(F32);
  }
  v128(): Local {
    return this.#local(V128);
  }
  /** Several vectors. */
  v128s(count: number): Local[] {
    return Array.from({ length: count }, () => this.v128());
  }

  get(local: Local): this {
    return this.#unsigned(0x20, local);
  }
  set(local: Local): this {
    return this.#unsigned(0x21, local);
  }
  tee(local: Local): this {
    return this.#unsigned(0x22, local);
  }
  drop(): this {
    return this.#op(0x1a);
  }

  // i32
  const(value: number): this {
    this.#code.byte(0x41);
    this.#code.signed(value | 0);
    return this;
  }
  add(): this {
    return this.#op(0x6a);
  }
  subtract(): this {
    return this.#op(0x6b);
  }
  multiply(): this {
    return this.#op(0x6c);
  }
  and(): this {
    return this.#op(0x71);
  }
  or(): this {
    return this.#op(0x72);
  }
  /** Shifts in zeros. */
  shiftRight(): this {
    return this.#op(0x76);
  }
  equal(): this {
    return this.#op(0x46);
  }
  notEqual(): this {
    return this.#op(0x47);
  }
  /** Signed, as all comparisons here. */
  less(): this {
    return this.#op(0x48);
  }
  lessUnsigned(): this {
    return this.#op(0x49);
  }
  greater(): this {
    return this.#op(0x4a);
  }
  /** The first of two values if the third is not 0, the second if it is. */
  select(): this {
    return this.#op(0x1b);
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
    return this.#nest(0x02, body);
  }
  loop(body: () => void): this {
    return this.#nest(0x03, body);
  }
  if(body: () => void, otherwise?: () => void): this {
    if (otherwise === undefined) return this.#nest(0x04, body);
    return this.#nest(0x04, () => {
      body();
      this.#op(0x05);
      otherwise();
    });
  }
  branch(depth: number): this {
    return this.#unsigned(0x0c, depth);
  }
  branchIf(depth: number): this {
    return this.#unsigned(0x0d, depth);
  }
  return(): this {
    return this.#op(0x0f);
  }
  /** Calls a function that is encoded in the same module; its arguments are on the stack. */
  call(callee: FunctionBuilder): this {
    this.#op(0x10);
    this.#calls.push({ at: this.#code.length, callee });
    this.#code.reserve();
    return this;
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

  // Memory
  loadI32(offset = 0): this {
    return this.#access(0x28, offset);
  }
  storeI32(offset = 0): this {
    return this.#access(0x36, offset);
  }
  loadF32(offset = 0): this {
    return this.#access(0x2a, offset);
  }
  storeF32(offset = 0): this {
    return this.#access(0x38, offset);
  }
  loadV128(offset = 0): this {
    return this.#simdAccess(0, offset);
  }
  /** Loads one float into all four lanes. */
  loadSplat(offset = 0): this {
    return this.#simdAccess(9, offset);
  }
  storeV128(offset = 0): this {
    return this.#simdAccess(11, offset);
  }
  /** Stack: to, from, bytes. */
  memoryCopy(): this {
    return this.#op(MEMORY, 10, 0, 0);
  }
  /** Stack: to, byte, bytes. */
  memoryFill(): this {
    return this.#op(MEMORY, 11, 0);
  }

  // f32 and f32x4
  /** An i32 as f32. */
  toFloat(): this {
    return this.#op(0xb2);
  }
  /** An f32 in all four lanes. */
  splat(): this {
    return this.#simd(0x13);
  }
  constF32x4(value: number): this {
    this.#simd(12);
    for (let lane = 0; lane < 4; lane++) this.#code.float(value);
    return this;
  }
  addF32x4(): this {
    return this.#simd(0xe4);
  }
  multiplyF32x4(): this {
    return this.#simd(0xe6);
  }
  divideF32x4(): this {
    return this.#simd(0xe7);
  }
  /** IEEE minimum: NaN if either is. */
  minF32x4(): this {
    return this.#simd(0xe8);
  }
  /** IEEE maximum: NaN if either is. Several instructions on x64. */
  maxF32x4(): this {
    return this.#simd(0xe9);
  }
  /** `a < b ? b : a` of `a`, `b` on the stack: one instruction, and a NaN in `a` stays. */
  pseudoMaxF32x4(): this {
    return this.#simd(0xeb);
  }
  /** `a * b + c` of `a`, `b`, `c` on the stack, rounded once or twice as the machine likes. */
  relaxedMultiplyAdd(): this {
    return this.#simd(0x105);
  }

  // Atomics, of i32 in a shared memory
  atomicLoad(offset = 0): this {
    return this.#atomic(0x10, offset);
  }
  atomicStore(offset = 0): this {
    return this.#atomic(0x17, offset);
  }
  /** Adds; leaves what was there before. */
  atomicAdd(offset = 0): this {
    return this.#atomic(0x1e, offset);
  }
  /** Stack: address, expected, replacement. Leaves what was there; it is replaced if that was expected. */
  atomicCompareExchange(offset = 0): this {
    return this.#atomic(0x48, offset);
  }
  /** Stack: address, expected. Leaves 0 woken, 1 not equal, 2 timed out. Nanoseconds below 0 wait for ever. */
  atomicWait(offset = 0, nanoseconds = -1): this {
    this.#code.byte(0x42);
    this.#code.signed(nanoseconds);
    return this.#atomic(0x01, offset);
  }
  /** Stack: address, the most that are woken. Leaves how many were. */
  atomicNotify(offset = 0): this {
    return this.#atomic(0x00, offset);
  }

  /** Appends the function to a code section, with its calls resolved. */
  encode(out: ByteWriter, indexOf: (callee: FunctionBuilder) => number): void {
    const locals = this.#encodeLocals();
    out.unsigned(locals.length + this.#code.length + 1);
    out.append(locals);
    const start = out.length;
    out.append(this.#code.view());
    for (const { at, callee } of this.#calls) out.fill(start + at, indexOf(callee));
    out.byte(0x0b);
  }

  /** Locals are declared as runs of one type. */
  #encodeLocals(): Uint8Array {
    const runs: { readonly type: number; count: number }[] = [];
    for (const type of this.#types) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const out = new ByteWriter();
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.byte(type);
    }
    return out.view();
  }

  #local(type: number): Local {
    this.#types.push(type);
    return this.parameters + this.#types.length - 1;
  }

  #op(first: number, second?: number, third?: number, fourth?: number): this {
    this.#code.byte(first);
    if (second !== undefined) this.#code.byte(second);
    if (third !== undefined) this.#code.byte(third);
    if (fourth !== undefined) this.#code.byte(fourth);
    return this;
  }

  #unsigned(op: number, value: number): this {
    this.#code.byte(op);
    this.#code.unsigned(value);
    return this;
  }

  #simd(op: number): this {
    return this.#unsigned(SIMD, op);
  }

  #access(op: number, offset: number): this {
    this.#code.byte(op);
    return this.#unsigned(ALIGNMENT, offset);
  }

  #simdAccess(op: number, offset: number): this {
    return this.#simd(op).#unsigned(ALIGNMENT, offset);
  }

  #atomic(op: number, offset: number): this {
    return this.#unsigned(ATOMIC, op).#unsigned(ALIGNMENT, offset);
  }

  #nest(op: number, body: () => void): this {
    this.#op(op, NO_RESULT);
    body();
    return this.#op(0x0b);
  }
}
