// Whether an earlier verification still holds, as text for a terminal.
import { formatCount, printable } from '../core/text.js';
import type { Against } from '../results/certificate.js';
import { seen } from './escape.js';
import { movedText } from './verify-facts.js';

/** Changes listed; the rest are counted. */
const MOST_MOVED = 20;

/** One line, and one more for each thing that moved. */
export function againstText({ name, holds, moved }: Against): string {
  const rest = moved.length - MOST_MOVED;
  return [
    `against ${printable(name)}: ${holds ? 'still holds' : 'no longer holds'}`,
    ...moved.slice(0, MOST_MOVED).map((change) => `  ${seen(movedText(change))}`),
    ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : []),
  ].join('\n');
}
