// What the one command answered, as text, and the README of the folder that it writes.
import { formatBytes, plural, printable } from '../core/text.js';
import type { ConvertResult } from '../results/convert.js';
import type { PortResult } from '../results/port.js';
import { convertText } from './convert.js';
import { SELF_CHECK_SUMMARY } from './selfcheck.js';
import { describeConfig } from './settings.js';
import { verifyText } from './verify.js';

/** The file, the verdicts, and what was written. */
export function portText(result: PortResult): string {
  const { file, output, written, answers, inspect, selfCheck, verify, convert } = result;
  const { totals, container } = inspect;
  return [
    `${printable(file.name)}: ${container}, ${formatBytes(file.bytes)}, ${plural(totals.layers, 'layer')}, ${plural(totals.parameters, 'parameter')}`,
    `self-check: ${selfCheck.verdict.toUpperCase()}, ${SELF_CHECK_SUMMARY[selfCheck.verdict]}`,
    ...selfCheck.findings.map(({ kind, words }) => `${kind}: ${words}`),
    ...(verify === null ? [] : [verifyText(verify)]),
    ...(convert === null ? [NOTHING] : [convertText(convert)]),
    ...(written ? ['', `page: ${printable(output)}/index.html, to be served: npx serve ${printable(output)}`] : []),
    ...(written ? [`report: ${printable(output)}/report.html`] : []),
    ...(answers.length === 0 ? [] : [`next time: ${answers.join(' ')}`]),
  ].join('\n');
}

const NOTHING =
  'nothing was written: look at `shuffleport verify`, and convert all the same with `shuffleport convert` if you know better';

/** Four lines: what it is, how to try it, how to load it, how to verify it. */
export function portReadme({ source, config, format, loading }: ConvertResult, version: string): string {
  const code = loading[0]!.code.split('\n');
  // Backticks would end the code, and names come from strangers.
  const name = printable(source.name).replaceAll('`', "'");
  return `${[
    `${describeConfig(config)}: as ${format}, from \`${name}\`, by shuffleport ${version}.`,
    'Try it: `npx serve .` here, or any static host; index.html runs it on a picture, with runtime.js and nothing else.',
    `Load it: \`${code.join(' ').replaceAll('`', "'")}\``,
    `Verify it: \`shuffleport verify ${name} --reference reference.npz\` (\`shuffleport make-reference ${name}\` writes the script that records one); what was found: report.html.`,
  ].join('\n')}\n`;
}
