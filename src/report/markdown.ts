// A verification as Markdown, for a comment on a pull request or a step's summary: the answer first, then what to do.
import { plural } from '../core/text.js';
import type { ReportedResult } from '../results/certificate.js';
import type { VerifyFailure } from '../results/verify.js';
import { escapeMarkdown, markdownCode } from './escape.js';
import { describeConfig } from './settings.js';
import { markdownTable } from './table.js';
import {
  againstWords,
  countsOf,
  errorText,
  movedText,
  shareText,
  topOneWords,
  unknownCauseWords,
  verdictWords,
  worstFirst,
} from './verify-facts.js';

/** Layers and changes listed; the rest are counted. */
const MOST_ROWS = 20;

/** The result as GitHub-flavoured Markdown. */
export function verifyMarkdown(result: ReportedResult): string {
  const { verdict, source, reference, firstFailure, config, notes } = result;
  const paragraphs = [
    `### ${MARKS[verdict]} ${verdict.toUpperCase()}: ${markdownCode(source.name)}`,
    `${escapeMarkdown(verdictWords(result))} ${countsOf(result)}, against ${markdownCode(reference.name)}.`,
    ...(firstFailure === null ? [] : [failureText(firstFailure)]),
    ...(result.topOne === null ? [] : [`Top-1: ${escapeMarkdown(topOneWords(result.topOne))}.`]),
    ...againstParts(result),
    layerTable(result),
    ...leftOut(result),
    ...(notes.length === 0 ? [] : [notes.map(({ text }) => `- ${escapeMarkdown(text)}`).join('\n')]),
    `<sub>${escapeMarkdown(describeConfig(config))}</sub>`,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

const MARKS: Readonly<Record<ReportedResult['verdict'], string>> = { pass: '✅', fail: '❌', undecided: '❔' };

function failureText(failure: VerifyFailure): string {
  const { layer, reason, cause } = failure;
  return [
    `**First layer at fault:** ${markdownCode(layer)}  `,
    escapeMarkdown(reason),
    '',
    ...(cause === null
      ? [`**Cause:** ${escapeMarkdown(unknownCauseWords(failure))}`]
      : [`**Cause:** ${escapeMarkdown(cause.words)}  `, `**Fix:** ${escapeMarkdown(cause.fix)}`]),
  ].join('\n');
}

function againstParts(result: ReportedResult): string[] {
  const words = againstWords(result);
  if (words === undefined) return [];
  const { name, moved } = result.against!;
  const lines = moved.slice(0, MOST_ROWS).map((change) => `- ${escapeMarkdown(movedText(change))}`);
  const more = moved.length > MOST_ROWS ? [`- and ${moved.length - MOST_ROWS} more`] : [];
  return [`**${words}** (${markdownCode(name)})`, ...(moved.length === 0 ? [] : [[...lines, ...more].join('\n')])];
}

function layerTable(result: ReportedResult): string {
  const ranked = worstFirst(result);
  const rest = ranked.length - MOST_ROWS;
  const table = markdownTable(
    [
      { title: 'layer' },
      { title: 'verdict' },
      { title: 'own error', align: 'right' },
      { title: 'of bound', align: 'right' },
      { title: 'free run', align: 'right' },
      { title: 'of 12 sigma', align: 'right' },
    ],
    ranked
      .slice(0, MOST_ROWS)
      .map(({ layer, verdict, own, maxAbsError, inherited }) => [
        markdownCode(layer),
        verdict === 'fail' ? '**fail**' : 'pass',
        errorText(own?.maxAbsError),
        shareText(own?.budget),
        errorText(maxAbsError),
        shareText(inherited?.budget),
      ]),
  );
  return rest > 0 ? `${table}\n\nand ${plural(rest, 'layer')} more, which use no more of their bounds` : table;
}

function leftOut({ notCompared, otherLayers }: ReportedResult): string[] {
  const list = (names: readonly string[]): string => {
    const shown = names.slice(0, MOST_ROWS).map(markdownCode).join(', ');
    return names.length > MOST_ROWS ? `${shown} and ${names.length - MOST_ROWS} more` : shown;
  };
  return [
    ...(notCompared.length === 0 ? [] : [`Not compared, no layer of that name: ${list(notCompared)}`]),
    ...(otherLayers.length === 0 ? [] : [`Outside the network: ${list(otherLayers)}`]),
  ];
}
