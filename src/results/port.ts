// What the one command answers: `shuffleport FILE`.
import type { ConvertResult } from './convert.js';
import type { InspectResult } from './inspect.js';
import type { SelfCheckResult } from './selfcheck.js';
import type { VerifyResult } from './verify.js';

/** A file inspected, checked and carried over. */
export interface PortResult {
  readonly file: InspectResult['file'];
  /** `fail`: the weights contradict their statistics or the reference, or what was made does not compute the same. */
  readonly verdict: 'pass' | 'fail';
  /** The folder. */
  readonly output: string;
  readonly written: boolean;
  /** What was asked for and answered, as the flags that answer it next time: `--pooling avg`. */
  readonly answers: readonly string[];
  readonly inspect: Pick<InspectResult, 'container' | 'kerasVersion' | 'backend' | 'scheme' | 'totals'>;
  readonly selfCheck: SelfCheckResult;
  /** Null without a reference. */
  readonly verify: VerifyResult | null;
  /** Null where an earlier step failed. */
  readonly convert: ConvertResult | null;
}
