// The one command: a file inspected, checked, converted, and written with its report and a page that runs it. What the file does not say is asked
// for where somebody watches.
import { basename, dirname, extname, join } from 'node:path';
import type { Source } from '../checkpoint/source.js';
import { encodeText } from '../core/bytes.js';
import { UsageError } from '../core/errors.js';
import type { ExportFile } from '../export/files.js';
import type { LoadingOptions } from '../jobs/model.js';
import { fileSource, writeOutputFolder } from '../node/files.js';
import { checkOutputs } from '../node/replaceable.js';
import type { ConvertResult } from '../results/convert.js';
import type { InspectResult } from '../results/inspect.js';
import type { PortResult } from '../results/port.js';
import type { SelfCheckResult } from '../results/selfcheck.js';
import type { VerifyResult } from '../results/verify.js';
import { type ConvertTarget, conversionOptions, conversionResult, inputsOf, writeChecked } from './convert.js';
import { NO, PASS } from './exit-codes.js';
import type { Answer } from './output.js';
import { type PageFlags, pageFiles } from './port-page.js';
import type { Surroundings } from './verify-reports.js';

/** Asks a question on a terminal; undefined where nobody watches. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/** Where and how the folder is written. */
export interface PortTarget extends ConvertTarget, PageFlags {}

/** What the command is run in. */
export interface PortSurroundings extends Surroundings {
  readonly ask: Ask;
}

/** `shuffleport FILE`. */
export async function runPort(
  file: string,
  stated: LoadingOptions,
  target: PortTarget,
  surroundings: PortSurroundings,
): Promise<Answer> {
  const output = target.output ?? join(dirname(file), `${basename(file, extname(file))}-js`);
  const replacing = { force: target.force, inputs: inputsOf(file, target), folder: [] };
  await checkOutputs([output], replacing);
  const checked = await check(file, stated, target, surroundings);
  const { options, answers, inspected, selfCheck, verified } = checked;
  const failed = selfCheck.verdict === 'inconsistent' || verified?.verdict === 'fail';
  const converted = failed ? null : await carry(file, options, { ...target, output }, checked, surroundings);
  const { container, kerasVersion, backend, scheme, totals } = inspected;
  const result: PortResult = {
    file: inspected.file,
    verdict: converted?.check.verdict ?? 'fail',
    output,
    written: converted?.written ?? false,
    answers,
    inspect: { container, kerasVersion, backend, scheme, totals },
    selfCheck,
    verify: verified,
    convert: converted,
  };
  const { portText } = await import('../report/port.js');
  return { command: 'port', result, text: portText(result), exitCode: result.verdict === 'pass' ? PASS : NO };
}

/** What was found before anything is made. */
interface Checked {
  /** Opened once: a pipe gives its bytes but once. */
  readonly source: Source;
  /** With what was found out or answered. */
  readonly options: LoadingOptions;
  readonly answers: readonly string[];
  readonly inspected: InspectResult;
  readonly selfCheck: SelfCheckResult;
  readonly verified: VerifyResult | null;
}

async function check(
  file: string,
  stated: LoadingOptions,
  { reference }: ConvertTarget,
  { ask }: PortSurroundings,
): Promise<Checked> {
  const source = await fileSource(file);
  const [{ inspect }, { selfCheckFile }] = await Promise.all([
    import('../jobs/inspect.js'),
    import('../jobs/selfcheck.js'),
  ]);
  const inspected = await inspect(source, stated);
  const verified = reference === undefined ? null : await verifiedBy(source, reference, stated);
  const unknown = inspected.notes.some(({ id }) => id === 'pooling-unknown');
  const { options, answers } = unknown ? await poolingFrom(verified, stated, ask) : { options: stated, answers: [] };
  return { source, options, answers, inspected, selfCheck: await selfCheckFile(source, options), verified };
}

async function verifiedBy(source: Source, reference: string, options: LoadingOptions): Promise<VerifyResult> {
  const { verify } = await import('../jobs/verify.js');
  return verify(source, await fileSource(reference), options);
}

/** What the reference tells, else what somebody answers; else it stays unknown, and converting says so. */
async function poolingFrom(
  verified: VerifyResult | null,
  options: LoadingOptions,
  ask: Ask,
): Promise<Pick<Checked, 'options' | 'answers'>> {
  const told = verified?.pooling.decision ?? null;
  if (told !== null) return { options: { ...options, pooling: told }, answers: [] };
  if (ask === undefined) return { options, answers: [] };
  const pooling = await askFor(ask, POOLING, ['max', 'avg']);
  return { options: { ...options, pooling }, answers: [`--pooling ${pooling}`] };
}

const POOLING = `The file does not say how the network pools, since global pooling has no weights:
  max  the article's default
  avg  what its public training script used
Which one? (next time: --pooling max or --pooling avg) `;

/** How often an answer that is none of the choices is asked again. */
const MOST_QUESTIONS = 3;

async function askFor<T extends string>(ask: NonNullable<Ask>, question: string, choices: readonly T[]): Promise<T> {
  for (let i = 0; i < MOST_QUESTIONS; i++) {
    const answer = (await ask(question)).trim().toLowerCase();
    const choice = choices.find((each) => each === answer);
    if (choice !== undefined) return choice;
  }
  throw new UsageError({
    what: 'None of the choices was answered.',
    expected: choices.join(' or '),
    next: 'say it with --pooling',
  });
}

/** Converts, and writes the folder: the model, the page that runs it, the report, the README. */
async function carry(
  file: string,
  options: LoadingOptions,
  target: PortTarget & { readonly output: string },
  checked: Checked,
  { version }: Surroundings,
): Promise<ConvertResult> {
  const { convert } = await import('../jobs/convert.js');
  const { portReadme } = await import('../report/port.js');
  const { output, force } = target;
  // The name is a folder's, whatever it ends in.
  const named = { ...target, to: target.to ?? 'tfjs', check: target.check ?? 'weights' } as const;
  const conversion = await convert(checked.source, await conversionOptions(options, named));
  const first = conversion.files[0]!.name;
  const unchecked = { level: named.check, verdict: 'pass', run: null } as const;
  const told = conversionResult(conversion, target, {
    output,
    path: first,
    written: false,
    check: unchecked,
  });
  const page = await pageFiles(conversion, target);
  const files: ExportFile[] = [
    ...conversion.files,
    ...page.files,
    { name: 'report.html', bytes: encodeText(await reportPage(target, options, checked, version)) },
    { name: 'README.md', bytes: encodeText(portReadme(told, version)) },
  ];
  const done = await writeChecked(conversion, target, (checkFiles) =>
    writeOutputFolder(output, files, {
      force,
      inputs: inputsOf(file, target),
      check: async (written) => {
        await checkFiles(written.slice(0, conversion.files.length));
        if (named.check !== 'none') await page.check(written);
      },
    }),
  );
  return conversionResult(conversion, target, { output, path: join(output, first), ...done });
}

async function reportPage(
  { reference }: ConvertTarget,
  options: LoadingOptions,
  { source, verified, inspected, selfCheck }: Checked,
  version: string,
): Promise<string> {
  if (verified === null || reference === undefined) {
    const { selfCheckHtml } = await import('../report/selfcheck-html.js');
    return selfCheckHtml(inspected, selfCheck);
  }
  const { certify } = await import('../jobs/certificate.js');
  const { verifyHtml } = await import('../report/html.js');
  const sources = { checkpoint: source, reference: await fileSource(reference) };
  return verifyHtml(await certify(verified, { ...sources, version, options: { ...options } }));
}
