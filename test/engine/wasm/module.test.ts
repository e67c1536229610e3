// Modules that WebAssembly itself reads: what every method of the builder writes, run.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/engine/wasm/bytes.js';
import { hasRelaxedSimd, hasSimd } from '../../../src/engine/wasm/features.js';
import { FunctionBuilder } from '../../../src/engine/wasm/function.js';
import { encodeModule } from '../../../src/engine/wasm/module.js';

/** A function that can also leave an i32 in memory, which no kernel has to. */
class Probe extends FunctionBuilder {
  storeI32(offset = 0): this {
    return this.op(0x36).unsigned(2, offset);
  }
}

/** Runs one function, which has its result at address 0 and on; gives the memory. */
function run(parameters: readonly number[], write: (f: Probe) => void, prepare: readonly number[] = []) {
  const f = new Probe('run', parameters.length);
  write(f);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new WebAssembly.Module(encodeModule([f], { pages: 1, shared: true }));
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  new Float32Array(memory.buffer).set(prepare, 16);
  (exports.run as (...values: number[]) => void)(...parameters);
  return { ints: new Int32Array(memory.buffer), floats: new Float32Array(memory.buffer) };
}

/** What an expression over i32 leaves. */
const evaluate = (parameters: readonly number[], write: (f: Probe) => Probe) =>
  run(parameters, (f) => write(f.const(0)).storeI32()).ints[0];

/** What an expression over vectors leaves; floats given lie at address 64. */
const vector = (write: (f: Probe) => Probe, prepare: readonly number[] = []) => [
  ...run([], (f) => write(f.const(0)).storeV128(), prepare).floats.subarray(0, 4),
];

describe('numbers', () => {
  test('are read by WebAssembly as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 20 }), (values) => {
        const { ints } = run([], (f) => {
          for (const [i, value] of values.entries())
            f.const(0)
              .const(value)
              .storeI32(4 * i);
        });
        expect([...ints.subarray(0, values.length)]).toEqual(values);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('without a sign: %i', (value, bytes) => {
    const out = new ByteWriter();
    out.unsigned(value);
    expect([...out.view()]).toEqual(bytes);
  });

  test.each([
    [63, [63]],
    [64, [0xc0, 0]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 40, [0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
  ])('with a sign: %i', (value, bytes) => {
    const out = new ByteWriter();
    out.signed(value);
    expect([...out.view()]).toEqual(bytes);
  });

  test('written over a reserved place take its length', () => {
    const out = new ByteWriter(1);
    out.reserve();
    out.byte(9);
    out.fill(0, 300);
    expect([...out.view()]).toEqual([0xac, 0x82, 0x80, 0x80, 0, 9]);
  });
});

describe('i32 instructions', () => {
  test.each<[string, (f: Probe) => Probe, number]>([
    ['add', (f) => f.get(0).get(1).add(), 10],
    ['subtract', (f) => f.get(0).get(1).subtract(), 4],
    ['multiply', (f) => f.get(0).get(1).multiply(), 21],
    ['and', (f) => f.get(0).get(1).and(), 3],
    ['shiftRight', (f) => f.const(-1).const(28).shiftRight(), 15],
    ['equal', (f) => f.get(0).get(1).equal(), 0],
    ['notEqual', (f) => f.get(0).get(1).notEqual(), 1],
    ['less', (f) => f.const(-1).get(1).less(), 1],
    ['lessUnsigned', (f) => f.const(-1).get(1).lessUnsigned(), 0],
    ['greater', (f) => f.get(0).const(-5).greater(), 1],
    ['select', (f) => f.get(0).get(1).const(0).select(), 3],
    ['getPlus', (f) => f.getPlus(0, -9), -2],
    ['getPlus of nothing', (f) => f.getPlus(0, 0), 7],
    ['increase', (f) => f.increase(0, 5).get(0), 12],
    ['set and tee', (f) => f.get(1).tee(0).set(1).get(0), 3],
    ['drop', (f) => f.get(0).get(1).drop(), 7],
  ])('%s', (_, write, expected) => {
    expect(evaluate([7, 3], write)).toBe(expected);
  });
});

describe('control', () => {
  /** Counts how often a body runs. */
  const count = (parameters: readonly number[], write: (f: Probe, body: () => void) => void) =>
    run(parameters, (f) =>
      write(f, () => f.const(0).const(0).loadI32(4).const(1).add().storeI32(4).const(0).const(0).loadI32(4).storeI32()),
    ).ints[0];

  test('times and countDown', () => {
    expect(count([], (f, body) => f.times(f.i32(), 5, body))).toBe(5);
    expect(count([3], (f, body) => f.countDown(0, body))).toBe(3);
  });

  test.each([
    [2, 5, 3],
    [5, 5, 0],
    [6, 5, 0],
  ])('range from %i to %i', (from, to, expected) => {
    expect(count([from, to], (f, body) => f.range(f.i32(), 0, 1, body))).toBe(expected);
  });

  test('if', () => {
    const write = (f: Probe, body: () => void) => f.get(0).if(body);
    expect(count([1], write)).toBe(1);
    expect(count([0], write)).toBe(0);
  });

  test('branches leave a block, and return the function', () => {
    expect(
      count([1], (f, body) => {
        f.block(() => {
          f.get(0).branchIf(0);
          body();
        });
        f.block(() => {
          body();
          f.branch(0);
          body();
        });
        f.return();
        body();
      }),
    ).toBe(1);
  });

  test('functions call those before and after them, and themselves not the wrong one', () => {
    const [first, caller, last] = [new Probe('first', 1), new Probe('caller', 0), new Probe('last', 2)];
    first.const(0).get(0).storeI32();
    last.const(4).get(0).get(1).add().storeI32();
    caller.const(5).call(first).const(6).const(7).call(last);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(encodeModule([first, caller, last], { pages: 1, shared: false }));
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(['first', 'caller', 'last']);
    (new WebAssembly.Instance(module, { engine: { memory } }).exports.caller as () => void)();
    expect([...new Int32Array(memory.buffer, 0, 2)]).toEqual([5, 13]);
    expect(() => encodeModule([caller, last], { pages: 1, shared: false })).toThrow('caller calls first');
  });
});

describe('vector instructions', () => {
  const [a, b] = [
    [1, -2, 3, -4],
    [2, 5, -1, 0.5],
  ];
  const two = (f: Probe) => f.const(64).loadV128().const(64).loadV128(16);

  test.each<[string, (f: Probe) => Probe, readonly number[]]>([
    ['load', (f) => f.const(64).loadV128(16), b],
    ['loadSplat', (f) => f.const(64).loadSplat(12), [-4, -4, -4, -4]],
    ['constF32x4', (f) => f.constF32x4(1.5), [1.5, 1.5, 1.5, 1.5]],
    ['add', (f) => two(f).addF32x4(), [3, 3, 2, -3.5]],
    ['multiply', (f) => two(f).multiplyF32x4(), [2, -10, -3, -2]],
    ['divide', (f) => two(f).divideF32x4(), [0.5, Math.fround(-0.4), -3, -8]],
    ['pseudoMax', (f) => two(f).pseudoMaxF32x4(), [2, 5, 3, 0.5]],
    ['splat of an integer made a float', (f) => f.const(-7).toFloat().splat(), [-7, -7, -7, -7]],
  ])('%s', (_, write, expected) => {
    expect(vector(write, [...a, ...b])).toEqual(expected);
  });

  test.runIf(hasRelaxedSimd())('relaxedMultiplyAdd', () => {
    expect(vector((f) => two(f).constF32x4(10).relaxedMultiplyAdd(), [...a, ...b])).toEqual([12, 0, 7, 8]);
  });

  test('pseudoMax keeps a NaN of its first operand', () => {
    const found = vector((f) => two(f).pseudoMaxF32x4(), [Number.NaN, 1, 2, 3, 4, Number.NaN, 1, 9]);
    expect(found).toEqual([Number.NaN, 1, 2, 9]);
  });
});

describe('memory', () => {
  test('floats are loaded and stored, as are locals of every type', () => {
    const { floats } = run(
      [],
      (f) => {
        const [integer, vectors] = [f.i32(), f.v128s(2)];
        f.const(8).set(integer).const(64).loadV128().set(vectors[1]!);
        f.get(integer).const(64).loadF32(4).storeF32().const(16).get(vectors[1]!).storeV128();
      },
      [1, 2, 3, 4],
    );
    expect([...floats.subarray(2, 8)]).toEqual([2, 0, 1, 2, 3, 4]);
  });

  test('is shared by atomics', () => {
    const { ints } = run([], (f) => {
      f.const(0).const(5).storeI32(64);
      f.const(0).const(0).const(2).atomicAdd(64).storeI32();
      f.const(0).const(0).atomicLoad(64).storeI32(4);
      f.const(0).const(0).const(9).atomicNotify(64).storeI32(8);
      // Replaces what was expected, and nothing else.
      f.const(20).const(0).const(7).const(8).atomicCompareExchange(64).storeI32();
      f.const(24).const(0).const(7).const(9).atomicCompareExchange(64).storeI32();
      // Does not wait: another value is there. Then waits a microsecond, in vain.
      f.const(0).const(0).const(1).atomicWait(64, -1).storeI32(12);
      f.const(0).const(0).const(8).atomicWait(64, 1000).storeI32(16);
    });
    expect([...ints.subarray(0, 7)]).toEqual([5, 7, 0, 1, 2, 7, 8]);
  });
});

describe('features', () => {
  /** `(module (func BODY))`, of a body of so many bytes. */
  const moduleOf = (body: readonly number[]) =>
    Uint8Array.of(
      0,
      0x61,
      0x73,
      0x6d,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      0x60,
      0,
      0,
      3,
      2,
      1,
      0,
      10,
      body.length + 4,
      1,
      body.length + 2,
      0,
      ...body,
      0x0b,
    );
  const zero = [0xfd, 12, ...Array<number>(16).fill(0)];

  test('vectors are here, or no other test of the engine could run', () => {
    expect(hasSimd()).toBe(true);
    expect(WebAssembly.validate(moduleOf([...zero, 0x1a]))).toBe(true);
  });

  test('fused multiply-add is here if WebAssembly reads the instruction', () => {
    const body = [...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x1a];
    expect(hasRelaxedSimd()).toBe(WebAssembly.validate(moduleOf(body)));
  });
});
