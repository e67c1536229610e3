// Text for people: names from strangers made safe to print, near misses, counts and sizes.

/** Longest piece of a stranger's text we print. */
const MAX_PRINTED = 120;

/**
 * A name from a file made safe for a terminal: control and bidirectional characters are escaped (a file must not move
 * the cursor or hide what it says), and what is too long is cut in the middle.
 */
export function printable(text: string): string {
  const escaped = (text.length > 4 * MAX_PRINTED ? cut(text) : text).replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped here
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped.length > MAX_PRINTED ? cut(escaped) : escaped;
}

function cut(text: string): string {
  return `${text.slice(0, MAX_PRINTED - 21)}…${text.slice(-20)}`;
}

/** `1 layer`, `58 layers`, `0 matches`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** An integer with thousands separators, the same in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Bytes in the unit that fits: `831 B`, `526.8 kB`, `8.7 MB` (decimal units, as file managers show them). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** At most `most` of the items, then how many more there are. */
export function listSome(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join(', ');
  return items.length > most ? `${shown} and ${formatCount(items.length - most)} more` : shown;
}

/** Levenshtein distance: single-character edits that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitute));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The candidate nearest to `name`, if it is near enough to be a misspelling (a third of its length at most). */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A glob as an expression over whole names: `*` is any text, slashes included, `?` any one character. */
export function globExpression(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${escaped}$`);
}
