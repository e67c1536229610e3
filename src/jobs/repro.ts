// A verification, and where it fails a repro to hand on: the first layer at fault with all it needs, as arrays, and a few
// lines of numpy that show the difference. What is in them: repro/arrays.ts, repro/script.ts.
import type { Source } from '../checkpoint/source.js';
import { writeNpz } from '../formats/npz.js';
import { failingPart } from '../parity/failing-part.js';
import { walkMaterial } from '../parity/verify.js';
import type { VerifyResult } from '../results/verify.js';
import { reproArrays } from './repro/arrays.js';
import { reproScript } from './repro/script.js';
import { resultOf, type Verification, type VerifyOptions, verification } from './verify.js';

/** Two files in memory. The script loads an .npz file of its own name beside it. */
export interface Repro {
  /** Inputs, weights, `expected`, `computed`, `bound`. */
  readonly npz: Uint8Array<ArrayBuffer>;
  /** Python. */
  readonly script: string;
}

/** Verifies as `verify` does; `repro` is null where no layer is at fault. Throws what `verify` throws. */
export async function verifyWithRepro(
  source: Source,
  reference: Source,
  options: VerifyOptions = {},
): Promise<{ readonly result: VerifyResult; readonly repro: Repro | null }> {
  const made = await verification(source, reference, options);
  return { result: resultOf(made, reference), repro: reproOf(made) };
}

function reproOf({ model, fixture, parity, encode }: Verification): Repro | null {
  const { firstFailure } = parity;
  if (firstFailure === undefined) return null;
  const part = failingPart(model, walkMaterial(model.network, fixture, { encode }), firstFailure);
  return { npz: writeNpz(reproArrays(part)), script: reproScript(part) };
}
