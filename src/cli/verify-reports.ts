// What `verify` does with its result besides printing it: certifies it, holds it against an earlier one, writes it to
// files, and tells GitHub Actions. Read first: src/results/certificate.ts.
import { appendFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Source } from '../checkpoint/source.js';
import { encodeText } from '../core/bytes.js';
import { printable } from '../core/text.js';
import { certify } from '../jobs/certificate.js';
import { compareCertificates, stillHolds } from '../jobs/compare-certificates.js';
import { readCertificate } from '../jobs/read-certificate.js';
import type { Repro } from '../jobs/repro.js';
import { fileSource, writeOutputFile } from '../node/files.js';
import { type Environment, githubReports } from '../report/github.js';
import { renderReport } from '../report/render-report.js';
import { reportFormatOf } from '../report/report-format.js';
import type { CertifiedFacts, CertifiedResult, ReportedResult } from '../results/certificate.js';
import type { VerifyResult } from '../results/verify.js';

/** The flags of `verify` that are about reports. */
export interface ReportFlags {
  /** Files to write, each with an ending of `REPORT_ENDINGS`. */
  readonly output?: readonly string[];
  readonly force?: boolean;
  /** An earlier run's JSON. */
  readonly against?: string;
  /** An .npz file for the first layer at fault; the script is written beside it. */
  readonly repro?: string;
}

/** The files of a repro: the arrays, and the script of the same name beside them. */
export function reproPaths({ repro }: ReportFlags): readonly string[] {
  return repro === undefined ? [] : [repro, `${repro.slice(0, -extname(repro).length)}.py`];
}

/** What a report tells of the program itself, and where it is run. */
export interface Surroundings {
  readonly version: string;
  readonly env: Environment;
  err(text: string): void;
}

/** What was verified, and how. */
export interface Verified {
  readonly checkpoint: Source;
  readonly reference: Source;
  readonly options: object;
}

/** The result with its certificate, and, where an earlier one is given, whether that still holds. */
export async function reported(
  result: VerifyResult,
  { checkpoint, reference, options }: Verified,
  { against }: ReportFlags,
  { version }: Surroundings,
): Promise<ReportedResult> {
  const made = await certify(result, { checkpoint, reference, version, options: { ...options } });
  return against === undefined ? made : heldAgainst(made, against, await readCertificate(await fileSource(against)));
}

function heldAgainst(result: CertifiedResult, name: string, earlier: CertifiedFacts): ReportedResult {
  const moved = compareCertificates(earlier, result);
  return { ...result, against: { name, holds: stillHolds(moved), moved } };
}

/** Writes a repro, and says so in the result; nothing where none was asked for or there is nothing to show. */
export async function withRepro(
  result: ReportedResult,
  repro: Repro | null,
  flags: ReportFlags,
): Promise<ReportedResult> {
  const files = reproPaths(flags);
  if (files.length === 0 || repro === null) return { ...result, ...(files.length > 0 && { repro: null }) };
  const contents = [repro.npz, encodeText(repro.script)];
  for (const [i, path] of files.entries())
    await writeOutputFile(path, { name: basename(path), bytes: contents[i]! }, { force: flags.force ?? false });
  return { ...result, repro: { files } };
}

/** Tells GitHub Actions, where this runs there, and writes the files. */
export async function sendReports(
  result: ReportedResult,
  { output = [], force = false }: ReportFlags,
  surroundings: Surroundings,
): Promise<void> {
  await tellGithub(result, surroundings);
  for (const path of output) {
    const bytes = encodeText(renderReport(result, reportFormatOf(path)!));
    await writeOutputFile(path, { name: basename(path), bytes }, { force });
  }
}

/** A summary that cannot be written is told, and changes nothing: the answer is the verdict. */
async function tellGithub(result: ReportedResult, { env, err }: Surroundings): Promise<void> {
  const reports = githubReports(result, env);
  if (reports === undefined) return;
  if (reports.annotations !== '') err(reports.annotations);
  if (reports.summaryPath === undefined) return;
  await appendFile(reports.summaryPath, `${reports.summary}\n`).catch((error: unknown) => {
    err(`note: the step's summary cannot be written: ${printable(String(error))}\n`);
  });
}
