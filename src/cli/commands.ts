// The commands: flags in, a job done, an answer out. Each loads what it needs when it runs: starting up is a good
// part of what `inspect` takes.
import { basename, dirname, extname, join } from 'node:path';
import { encodeText } from '../core/bytes.js';
import { UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';
import type { Recipe } from '../image/recipes.js';
import type { MakeReferenceOptions } from '../jobs/make-reference.js';
import type { LoadingOptions } from '../jobs/model.js';
import type { ExecutorName } from '../node/executors/names.js';
import { fileSource, writeOutputFile } from '../node/files.js';
import { checkOutputs } from '../node/replaceable.js';
import type { InspectFormat } from '../report/inspect.js';
import type { ReportedResult } from '../results/certificate.js';
import { NO, PASS, USAGE } from './exit-codes.js';
import { readLabels } from './labels.js';
import type { Answer } from './output.js';
import type { ReportFlags, Surroundings } from './verify-reports.js';

/** `inspect FILE`. */
export async function runInspect(
  file: string,
  options: LoadingOptions & { readonly layer?: string; readonly stats?: boolean },
  format: InspectFormat,
): Promise<Answer> {
  const [{ inspect }, { inspectText }] = await Promise.all([
    import('../jobs/inspect.js'),
    import('../report/inspect.js'),
  ]);
  const result = await inspect(await fileSource(file), options);
  return { command: 'inspect', result, text: inspectText(result, format), exitCode: PASS };
}

/** Options of `verify` that mean nothing without recorded outputs. */
interface ReferenceOptions {
  readonly tolerance?: number;
  readonly allCauses?: boolean;
}

/** Flags of `verify` that are about what runs, what is printed and what is written. */
interface VerifyRunFlags extends ReportFlags {
  readonly all?: boolean;
  readonly selfTest?: boolean;
  readonly executor?: ExecutorName;
}

/** `verify FILE [--reference REF]`. An earlier verification that no longer holds is a no, whatever the verdict. */
export async function runVerify(
  file: string,
  reference: string | undefined,
  options: LoadingOptions & ReferenceOptions,
  flags: VerifyRunFlags,
  surroundings: Surroundings,
): Promise<Answer> {
  const { selfTest, ...others } = flags;
  if (selfTest === true) return runSelfTest(file, reference, options, others);
  if (reference === undefined) return runSelfCheck(file, options, flags);
  const { reproPaths, reported, sendReports, withRepro } = await import('./verify-reports.js');
  const inputs = [file, reference];
  await checkOutputs([...(flags.output ?? []), ...reproPaths(flags)], { force: flags.force ?? false, inputs });
  const { verify } = await import('../jobs/verify.js');
  const { verifyWithRepro } = await import('../jobs/repro.js');
  const { subjectOf } = await import('./verify-subject.js');
  const { verifyText } = await import('../report/verify.js');
  const { againstText } = await import('../report/against.js');
  const { source, ...running } = await subjectOf(file, flags.executor);
  if (flags.repro !== undefined && running.executorOf !== undefined) throw reproOfRuntime();
  const sources = { checkpoint: source, reference: await fileSource(reference) };
  const how = { ...options, ...running };
  const verified =
    flags.repro === undefined
      ? { result: await verify(sources.checkpoint, sources.reference, how), repro: null }
      : await verifyWithRepro(sources.checkpoint, sources.reference, how);
  // How long causes are looked for changes no verdict, and undoes no certificate.
  const { allCauses: _, ...settings } = options;
  const stated = { ...settings, ...(flags.executor && { executor: flags.executor }) };
  const certified = await reported(verified.result, { ...sources, options: stated }, flags, surroundings);
  const result = await withRepro(certified, verified.repro, flags);
  await sendReports(result, flags, surroundings);
  const { against } = result;
  const exitCode = against?.holds === false ? NO : { pass: PASS, fail: NO, undecided: USAGE }[result.verdict];
  const text = [
    verifyText(result, { all: flags.all ?? false }),
    ...(against === undefined ? [] : [againstText(against)]),
    ...(flags.output ?? []).map((path) => `report: ${printable(path)}`),
    ...(result.repro === undefined ? [] : [reproText(result.repro)]),
  ].join('\n');
  return { command: 'verify', result, text, exitCode };
}

const reproOfRuntime = (): UsageError =>
  new UsageError({
    what: '--repro shows what the evaluator computes, and another executor is asked.',
    next: 'leave out --repro, or verify the weights by the evaluator',
  });

function reproText(repro: NonNullable<ReportedResult['repro']> | null): string {
  if (repro === null) return 'repro: none was written, since no layer is at fault';
  const [arrays, script] = repro.files.map(printable);
  return `repro: ${arrays}, ${script} (run it with python and numpy)`;
}

/** Without a reference: what the weights say of themselves, which is never a plain pass. */
async function runSelfCheck(
  file: string,
  { tolerance, allCauses, ...options }: LoadingOptions & ReferenceOptions,
  flags: object,
): Promise<Answer> {
  const [given] = Object.keys({ ...statedFlags({ tolerance, allCauses }), ...flags });
  if (given !== undefined) {
    throw new UsageError({ what: `--${given} needs recorded outputs.`, next: 'name them with --reference REF.npz' });
  }
  const { selfCheckFile } = await import('../jobs/selfcheck.js');
  const { refuseExported, subjectSource } = await import('./verify-subject.js');
  const source = await subjectSource(file);
  await refuseExported(source);
  const { selfCheckText } = await import('../report/selfcheck.js');
  const result = await selfCheckFile(source, options);
  const exitCode = { consistent: PASS, inconsistent: NO, 'no evidence': USAGE }[result.verdict];
  return { command: 'self-check', result, text: selfCheckText(result), exitCode };
}

/** The flags among these that were given, by their names. */
function statedFlags({
  tolerance,
  allCauses,
}: { [flag in keyof ReferenceOptions]: ReferenceOptions[flag] | undefined }): object {
  return { ...(tolerance !== undefined && { tolerance }), ...(allCauses && { 'all-causes': allCauses }) };
}

/** What the check makes of mistakes planted in a reference. */
async function runSelfTest(
  file: string,
  reference: string | undefined,
  { tolerance, allCauses, ...options }: LoadingOptions & ReferenceOptions,
  { all, ...flags }: Omit<VerifyRunFlags, 'selfTest'>,
): Promise<Answer> {
  if (reference === undefined) {
    throw new UsageError({
      what: '--self-test needs recorded outputs, to plant mistakes in.',
      next: 'name them with --reference REF.npz (`shuffleport make-reference` writes a script that records them)',
    });
  }
  const [other] = Object.keys({ ...statedFlags({ tolerance, allCauses }), ...flags });
  if (other !== undefined) {
    throw new UsageError({ what: `--${other} does not go with --self-test.`, next: 'leave one of them out' });
  }
  const { selfTestFile } = await import('../jobs/self-test.js');
  const { selfTestText } = await import('../report/self-test.js');
  const result = await selfTestFile(await fileSource(file), await fileSource(reference), options);
  const exitCode = result.verdict === 'pass' ? PASS : NO;
  return { command: 'self-test', result, text: selfTestText(result, { all: all ?? false }), exitCode };
}

/** What `predict` takes beyond settings. */
export interface PredictFlags {
  readonly preprocess?: Recipe;
  readonly key?: string;
  readonly labels?: string;
  readonly top?: number;
  readonly executor?: 'engine' | 'evaluator';
}

/** `predict FILE INPUT`. */
export async function runPredict(
  file: string,
  input: string,
  options: LoadingOptions,
  flags: PredictFlags,
): Promise<Answer> {
  const { preprocess, key, top, executor } = flags;
  const labels = flags.labels === undefined ? undefined : await readLabels(flags.labels);
  const { predict } = await import('../jobs/predict.js');
  const { predictText } = await import('../report/others.js');
  const result = await predict(await fileSource(file), await fileSource(input), {
    ...options,
    ...(preprocess !== undefined && { preprocess }),
    ...(key !== undefined && { key }),
    ...(labels !== undefined && { labels }),
    ...(top !== undefined && { top }),
    ...(executor !== undefined && { executor }),
  });
  return { command: 'predict', result, text: predictText(result), exitCode: PASS };
}

/** What `bench` takes beyond settings. */
export interface BenchFlags {
  readonly threads?: number;
  readonly runs?: number;
  readonly tune?: boolean;
  readonly peers?: boolean;
  readonly layers?: boolean;
}

/** `bench FILE`. A peer whose outputs are others is a no. */
export async function runBench(file: string, options: LoadingOptions, flags: BenchFlags): Promise<Answer> {
  const { peers = false, layers = false, ...how } = flags;
  const { bench } = await import('../jobs/bench.js');
  const { benchText } = await import('../report/bench.js');
  const openPeers = peers ? (await import('../node/executors/peers.js')).openPeers : undefined;
  const result = await bench(await fileSource(file), { ...options, ...how, ...(openPeers && { openPeers }) });
  const exitCode = result.runners.every(({ time }) => time !== null) ? PASS : NO;
  return { command: 'bench', result, text: benchText(result, { layers }), exitCode };
}

/** `diff A B`. */
export async function runDiff(a: string, b: string): Promise<Answer> {
  const { diff } = await import('../jobs/diff.js');
  const { diffText } = await import('../report/others.js');
  const result = await diff(await fileSource(a), await fileSource(b));
  return { command: 'diff', result, text: diffText(result), exitCode: result.same ? PASS : NO };
}

/** `make-reference FILE`. The script is named after the file when no name is given. */
export async function runMakeReference(
  file: string,
  options: MakeReferenceOptions,
  target: { readonly output?: string; readonly force: boolean },
): Promise<Answer> {
  const { makeReference } = await import('../jobs/make-reference.js');
  const { makeReferenceText } = await import('../report/make-reference.js');
  const { script, ...made } = await makeReference(await fileSource(file), options);
  const output = target.output ?? join(dirname(file), `record_${basename(file, extname(file))}.py`);
  const content = { name: basename(output), bytes: encodeText(script) };
  await writeOutputFile(output, content, { force: target.force, inputs: [file] });
  const result = { ...made, output };
  return { command: 'make-reference', result, text: makeReferenceText(result), exitCode: PASS };
}
