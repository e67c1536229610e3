// The counts of a run. Read judge.ts first.
import type { Verdict } from './judge.js';

/** Verdicts, counted as they come. */
export class Tally {
  /** Who answers for the others; `null` when nobody does. */
  oracle: string | null | undefined;
  readonly #counts = new Map<string, number>();
  readonly #reasons = new Map<string, number>();
  readonly #stricter = new Map<string, number>();

  add({ verdict, reasons, stricter }: Verdict): void {
    increase(this.#counts, verdict);
    for (const reason of stricter ? reasons : []) increase(this.#stricter, reason);
    for (const reason of reasons) increase(this.#reasons, `${verdict} ${short(reason)}`);
  }

  /** Mutants that are faults. */
  get failed(): number {
    return this.#counts.get('fault') ?? 0;
  }

  get run(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** As text; the last line is `COUNT passed failed`, or why there is none. */
  text(seconds: number): string {
    if (this.oracle === null) return 'SKIPPED fuzz: there is no Python with h5py to say what is in the files';
    const lines = [`${this.run} files in ${seconds.toFixed(0)} s, held against ${this.oracle}`];
    for (const verdict of ['equal', 'partial', 'refused', 'looser', 'fault']) {
      const reasons = [...this.#reasons]
        .filter(([reason]) => reason.startsWith(`${verdict} `))
        .sort((a, b) => b[1] - a[1]);
      const list = reasons.map(([reason, count]) => `${reason.slice(verdict.length + 1)} ${count}`).join(', ');
      lines.push(`${verdict.padEnd(8)}${this.#counts.get(verdict) ?? 0}${list === '' ? '' : `: ${list}`}`);
    }
    lines.push(`refused where others read: ${[...this.#stricter].map(([tag, count]) => `${tag} ${count}`).join(', ')}`);
    return [...lines, `COUNT ${this.run - this.failed} ${this.failed}`].join('\n');
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A reason without the names and numbers of one file. */
const short = (reason: string): string =>
  reason
    .split('\n')[0]!
    .slice(0, 70)
    .replace(/\d{3,}/g, 'N');
