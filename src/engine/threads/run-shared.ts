// A run by several threads. Each step's output is in parts; whoever is free claims the next one, so a thread that has lost
// its core is not waited for, except for the part it holds. Every other thread claims from the end, so that it finds in
// its cache what it wrote a step before. Read first: words.ts.
import type { Call } from '../lower/job.js';
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { claimWord, doneWord } from './words.js';

/**
 * How often a thread looks whether a step is done before it lets the system have its core. A step takes some 50
 * microseconds, a look some ten nanoseconds.
 */
const LOOKS = 20_000;

/** The longest that a thread sleeps without looking again: nothing depends on it, unless a notice is lost. */
const SLEEP_NANOSECONDS = 5_000_000;

const [RUN, THREAD, MAY_WAIT] = [0, 1, 2];

/**
 * The function `run`, for every thread. Parameters: the run's number, the thread's, and whether it may sleep (the main
 * thread of a page may not). It returns when all steps are done, or another run has begun.
 */
export function sharedRun(steps: readonly (readonly (readonly Call[])[])[]): FunctionBuilder {
  const f = new FunctionBuilder('run', 3);
  const locals = { claims: f.i32(), front: f.i32(), back: f.i32(), part: f.i32(), looks: f.i32() };
  steps.forEach((parts, step) => {
    f.block(() => f.loop(() => claimAndCompute(f, locals, parts, step)));
    awaitDone(f, locals, parts.length, step);
  });
  return f;
}

interface Locals {
  readonly claims: Local;
  readonly front: Local;
  readonly back: Local;
  readonly part: Local;
  readonly looks: Local;
}

/** One turn: claims a part and computes it; leaves the block around when there is none left. */
function claimAndCompute(f: FunctionBuilder, locals: Locals, parts: readonly (readonly Call[])[], step: number) {
  const { claims, front, back, part } = locals;
  f.const(0).atomicLoad(claimWord(step)).set(claims);
  returnIfLate(f, claims);
  f.get(claims).const(0xff).and().set(front);
  f.get(claims).const(8).shiftRight().const(0xff).and().set(back);
  f.get(front).get(back).add().const(parts.length).less().const(1).less().branchIf(1);
  f.const(0).get(claims);
  f.get(claims).const(256).const(1).get(THREAD).const(1).and().select().add();
  f.atomicCompareExchange(claimWord(step)).get(claims).notEqual().branchIf(0);
  f.const(parts.length - 1)
    .get(back)
    .subtract()
    .get(front)
    .get(THREAD)
    .const(1)
    .and()
    .select()
    .set(part);
  parts.forEach((calls, i) => {
    f.get(part)
      .const(i)
      .equal()
      .if(() => writeCalls(f, calls));
  });
  // The last one wakes whoever sleeps.
  f.const(0)
    .const(1)
    .atomicAdd(doneWord(step))
    .const(parts.length - 1)
    .equal();
  f.if(() => f.const(0).const(-1).atomicNotify(doneWord(step)).drop());
  f.branch(0);
}

/** Another run's number in the claims: this thread slept through the end of its own. */
function returnIfLate(f: FunctionBuilder, claims: Local): void {
  f.get(claims)
    .const(16)
    .shiftRight()
    .get(RUN)
    .notEqual()
    .if(() => f.return());
}

function awaitDone(f: FunctionBuilder, { claims, looks, part }: Locals, parts: number, step: number): void {
  f.const(LOOKS).set(looks);
  f.block(() =>
    f.loop(() => {
      f.const(0).atomicLoad(doneWord(step)).tee(part).const(parts).equal().branchIf(1);
      f.const(0).atomicLoad(claimWord(step)).set(claims);
      returnIfLate(f, claims);
      f.get(looks).const(1).subtract().tee(looks).branchIf(0);
      f.get(MAY_WAIT).if(() => {
        f.const(0).get(part).atomicWait(doneWord(step), SLEEP_NANOSECONDS).drop();
      });
      f.const(LOOKS).set(looks);
      f.branch(0);
    }),
  );
}

/** The calls, one after the other. */
export function writeCalls(f: FunctionBuilder, calls: readonly Call[]): void {
  for (const { kernel, args } of calls) {
    for (const arg of args) f.const(arg);
    f.call(kernel);
  }
}
