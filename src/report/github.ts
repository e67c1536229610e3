// A verification where GitHub Actions shows it: annotations on the run, and the step's summary.
// The format: "Workflow commands for GitHub Actions" in GitHub's documentation.
import type { ReportedResult } from '../results/certificate.js';
import { escapeCommandData, escapeCommandProperty, seen } from './escape.js';
import { verifyMarkdown } from './markdown.js';
import { movedText, unknownCauseWords, verdictWords } from './verify-facts.js';

/** The environment variables that are looked at. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What to print, and what to append where. */
export interface GithubReports {
  /** Workflow commands, each a line that ends; empty when there is nothing to complain of. */
  readonly annotations: string;
  /** Markdown. */
  readonly summary: string;
  /** The file of the step's summary; absent where there is none. */
  readonly summaryPath?: string;
}

/** GitHub shows ten errors a step, and drops the rest. */
const MOST_ANNOTATIONS = 10;

/** The reports for GitHub Actions; `undefined` anywhere else. */
export function githubReports(result: ReportedResult, env: Environment): GithubReports | undefined {
  if (env.GITHUB_ACTIONS !== 'true') return undefined;
  const path = env.GITHUB_STEP_SUMMARY ?? '';
  return {
    annotations: annotationsOf(result)
      .slice(0, MOST_ANNOTATIONS)
      .map((line) => `${line}\n`)
      .join(''),
    summary: verifyMarkdown(result),
    ...(path !== '' && { summaryPath: path }),
  };
}

/** The first failure in full, then what moved, then the other layers at fault; or that the verdict is open. */
function annotationsOf(result: ReportedResult): string[] {
  const { verdict, source, layers, firstFailure, against } = result;
  const others = layers.filter((layer) => layer.verdict === 'fail' && layer.layer !== firstFailure?.layer);
  return [
    ...(firstFailure === null ? [] : [firstAnnotation(source.name, firstFailure)]),
    ...(verdict !== 'pass' && firstFailure === null
      ? [error(`${source.name}: ${verdict}`, [verdictWords(result)])]
      : []),
    ...(against === undefined || against.holds
      ? []
      : [error(`${source.name}: no longer as certified in ${against.name}`, against.moved.map(movedText))]),
    ...others.map(({ layer, reason }) => error(`${source.name}: ${layer} is at fault too`, [reason ?? verdict])),
  ];
}

function firstAnnotation(name: string, failure: NonNullable<ReportedResult['firstFailure']>): string {
  const { layer, reason, cause } = failure;
  const advice =
    cause === null ? [`cause: ${unknownCauseWords(failure)}`] : [`cause: ${cause.words}`, `fix: ${cause.fix}`];
  return error(`${name}: first layer at fault is ${layer}`, [reason, ...advice]);
}

function error(title: string, lines: readonly string[]): string {
  const message = lines.map(seen).join('\n');
  return `::error title=${escapeCommandProperty(seen(title))}::${escapeCommandData(message)}`;
}
