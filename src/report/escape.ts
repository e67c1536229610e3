// Text from strangers made safe for each place that a report puts it in. Every function here takes text as it came,
// and gives what may stand in that place as it is.
// Read first: `printable` in src/core/text.ts, which does the same for names on a terminal.

/** Longest sentence or list that is shown. */
const MAX_TEXT = 2000;

/** Control, format and bidirectional characters, halves of characters, separators of lines: what hides or moves text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** One line of text in which every character is seen: `\u001b` for what would not be, cut at 2,000 characters. */
export function seen(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return short.replace(UNSEEN, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text or attribute of XML 1.0 and of HTML. Characters that XML forbids are not among what `seen` leaves. */
export function escapeMarkup(text: string): string {
  return seen(text).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

/**
 * Markdown text, as GitHub reads it: no markup, no HTML, no table cell that ends, no link, nobody mentioned. The empty
 * comment is the only thing that keeps GitHub from reading `@name` and `#1`: it looks for them after Markdown is gone.
 */
export function escapeMarkdown(text: string): string {
  return seen(text)
    .replace(/[\\`*_[\]<>|~&$]/g, '\\$&')
    .replace(/:\/\/|www\./gi, (match) => `${match.slice(0, -1)}<!-- -->${match.slice(-1)}`)
    .replace(/[@#]/g, '$&<!-- -->');
}

/** A name as code in Markdown, also in the cell of a table, which a bar would end. */
export function markdownCode(text: string): string {
  const name = seen(text).replaceAll('|', '\\u007c');
  if (name.trim() === '') return '(no name)';
  const longest = Math.max(0, ...[...name.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${name}${fence}` : `${fence} ${name} ${fence}`;
}

/** The message of a GitHub workflow command (actions/toolkit, packages/core/src/command.ts, `escapeData`). */
export function escapeCommandData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a GitHub workflow command (the same file, `escapeProperty`). */
export function escapeCommandProperty(text: string): string {
  return escapeCommandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
