// Outputs that have no name yet, taken away when a signal ends the process: nothing half written stays behind.
import { existsSync, renameSync, rmSync } from 'node:fs';

/** An output on its way: where it is written, where what it replaces steps aside, and the name that it gets. */
export interface Unfinished {
  readonly temporary: string;
  readonly aside: string;
  readonly path: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const unfinished = new Set<Unfinished>();

/** Does `work`; should a signal end the process before it is done, what lies there goes, and what was replaced comes back. */
export async function cleanedUp<T>(output: Unfinished, work: () => Promise<T>): Promise<T> {
  if (unfinished.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  unfinished.add(output);
  try {
    return await work();
  } finally {
    unfinished.delete(output);
    if (unfinished.size === 0) for (const signal of SIGNALS) process.off(signal, end);
  }
}

/** Cleans up, then lets the signal do what it would have done without us; whoever else listens decides about that. */
function end(signal: NodeJS.Signals): void {
  for (const output of unfinished) takeAway(output);
  for (const each of SIGNALS) process.off(each, end);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** What cannot be taken away stays: the process ends in any case. */
function takeAway({ temporary, aside, path }: Unfinished): void {
  try {
    if (existsSync(aside) && !existsSync(path)) renameSync(aside, path);
    for (const each of [temporary, aside]) rmSync(each, { recursive: true, force: true });
  } catch {}
}
