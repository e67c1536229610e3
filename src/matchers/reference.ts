// `toMatchReference`: a model, or a file of weights, held against recorded outputs; the message is what `verify` prints.
import { bytesSource, type Source } from '../checkpoint/source.js';
import { UsageError } from '../core/errors.js';
import { paritySummary, type VerifyOptions, verification } from '../jobs/verify.js';
import type { Executor } from '../network/executor.js';
import type { Model } from '../network/model.js';
import { type Fixture, readFixture } from '../parity/fixture.js';
import { checkParity, type ParityOptions } from '../parity/verify.js';
import { parityText, verifyText } from '../report/verify.js';
import { namingScheme } from '../shufflenet/names.js';

/** Opens the file at a path. */
export type OpenFile = (path: string) => Promise<Source>;

/** Recorded outputs: the path of an .npz file, its bytes, a source, or what `readFixture` gave. */
export type Reference = string | Uint8Array | Source | Fixture;

/** How to compare. Settings are for files only: a model has its own. */
export interface MatchOptions extends VerifyOptions {
  /** What runs a model, in the free run; our evaluator when left out. */
  readonly executor?: Executor;
}

/** The verdict, and `verify`'s words. */
export interface Matched {
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly text: string;
}

/**
 * Holds `received`, a model, a path or a source, against `reference`. Throws what `verify` and `checkParity` throw, and a
 * `UsageError` for anything else.
 */
export async function matchReference(
  received: unknown,
  reference: unknown,
  options: MatchOptions,
  open: OpenFile,
): Promise<Matched> {
  const recorded = await referenceOf(reference, open);
  if (isModel(received)) return modelMatch(received, recorded, options);
  const { executor, ...settings } = options;
  if (executor !== undefined) {
    throw new UsageError({ what: 'An executor runs a model, not a file.', next: 'load the file with loadModel' });
  }
  const { result } = await verification(await sourceOf(received, open), recorded, settings);
  return { verdict: result.verdict, text: verifyText(result) };
}

async function modelMatch(model: Model, recorded: Source | Fixture, options: MatchOptions): Promise<Matched> {
  const { tolerance, executor, ...settings } = options;
  const [stated] = Object.keys(settings);
  if (stated !== undefined) {
    throw new UsageError({
      what: `A model has its settings; \`${stated}\` is for files.`,
      next: 'give it to loadModel',
    });
  }
  const parityOptions: ParityOptions = {
    encode: (name) => namingScheme(model.report.scheme)?.encode(name) ?? name,
    ...(tolerance !== undefined && { tolerance }),
    ...(executor !== undefined && { executor }),
  };
  const fixture = isFixture(recorded) ? recorded : readFixture(await recorded.bytes(), recorded.name);
  const summary = paritySummary(await checkParity(model, fixture, parityOptions), model.report);
  return { verdict: summary.verdict, text: parityText({ ...summary, source: { name: model.network.name } }) };
}

const isObject = (given: unknown): given is object => typeof given === 'object' && given !== null;
const isModel = (given: unknown): given is Model => isObject(given) && 'network' in given && 'weights' in given;
const isFixture = (given: object): given is Fixture => 'input' in given && 'outputs' in given;
const isSource = (given: object): given is Source => 'bytes' in given && typeof given.bytes === 'function';

async function sourceOf(given: unknown, open: OpenFile): Promise<Source> {
  if (typeof given === 'string') return open(given);
  if (isObject(given) && isSource(given)) return given;
  throw new UsageError({
    what: 'What was received is neither a model nor a file.',
    expected: "loadModel's result, the path of a file of weights, or a source",
    next: 'await loadModel(…) before it is given to expect',
  });
}

async function referenceOf(given: unknown, open: OpenFile): Promise<Source | Fixture> {
  if (typeof given === 'string') return open(given);
  if (isObject(given) && (isSource(given) || isFixture(given))) return given;
  if (ArrayBuffer.isView(given)) {
    const { buffer, byteOffset, byteLength } = given;
    return bytesSource('the reference', new Uint8Array(buffer, byteOffset, byteLength));
  }
  throw new UsageError({
    what: 'The reference is no fixture.',
    expected: "the path of an .npz file, its bytes, a source, or readFixture's result",
  });
}
