// The bytes of one WebAssembly function: its locals, its instructions with their immediates, and the calls that are
// resolved when its module is encoded. Read next: memory.ts and function.ts, which give the instructions names.
import { ByteWriter } from './bytes.js';

/** The number of a parameter or local. */
export type Local = number;

/** A call whose callee has no number yet, and where the number goes. */
interface Call {
  readonly at: number;
  readonly callee: Code;
}

/** Of blocks, loops and ifs: they leave nothing on the stack. */
const NO_RESULT = 0x40;

const END = 0x0b;
const SIMD = 0xfd;

/** A function under construction. Methods return the builder, so that an expression reads as one line. */
export class Code {
  readonly name: string;
  /** How many there are. All are i32. */
  readonly parameters: number;
  readonly #code = new ByteWriter();
  readonly #types: number[] = [];
  readonly #calls: Call[] = [];

  constructor(name: string, parameters: number) {
    this.name = name;
    this.parameters = parameters;
  }

  /** Appends the function to a code section, with its calls resolved. */
  encode(out: ByteWriter, indexOf: (callee: Code) => number): void {
    const locals = this.#encodeLocals();
    out.unsigned(locals.length + this.#code.length + 1);
    out.append(locals);
    const start = out.length;
    out.append(this.#code.view());
    for (const { at, callee } of this.#calls) out.fill(start + at, indexOf(callee));
    out.byte(END);
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

  protected local(type: number): Local {
    this.#types.push(type);
    return this.parameters + this.#types.length - 1;
  }

  protected op(code: number): this {
    this.#code.byte(code);
    return this;
  }

  /** An instruction, or what belongs to one, and an unsigned number. */
  protected unsigned(op: number, value: number): this {
    this.#code.byte(op);
    this.#code.unsigned(value);
    return this;
  }

  protected signed(op: number, value: number): this {
    this.#code.byte(op);
    this.#code.signed(value);
    return this;
  }

  /** An instruction for vectors: they are numbered apart. */
  protected simd(op: number): this {
    return this.unsigned(SIMD, op);
  }

  protected float(value: number): this {
    this.#code.float(value);
    return this;
  }

  protected nest(op: number, body: () => void): this {
    this.#code.byte(op);
    this.#code.byte(NO_RESULT);
    body();
    return this.op(END);
  }

  /** An instruction with the number that the module gives `callee`. */
  protected reference(op: number, callee: Code): this {
    this.#code.byte(op);
    this.#calls.push({ at: this.#code.length, callee });
    this.#code.reserve();
    return this;
  }
}
