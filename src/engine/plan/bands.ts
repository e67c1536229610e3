// A chain's calls, band by band. Read first: schedule.ts, ../lower/job.ts.
import type { Call, Job } from '../lower/job.js';
import { type Chain, inputRows } from './schedule.js';

/** A call, and the number of the job that it is a part of. */
export interface JobCall extends Call {
  readonly job: number;
}

/**
 * The calls that compute `[from, to)` of the chain's last output: rows, or a single job's units. Rows in between that a part
 * needs beside its own are computed by it too, so that parts may run at the same time.
 */
export function chainCalls({ rows }: Pick<Chain, 'rows'>, jobs: readonly Job[], from: number, to: number): JobCall[] {
  if (jobs.length === 1) return callsOf(jobs[0]!, 0, from, to);
  const done = neededRows(jobs, from, from + 1).map(([first]) => first);
  const calls: JobCall[] = [];
  for (let y = from; y < to; y += rows) {
    const needed = neededRows(jobs, y, Math.min(to, y + rows));
    jobs.forEach((job, i) => {
      const last = needed[i]![1];
      if (last > done[i]!) calls.push(...callsOf(job, i, done[i]!, last));
      done[i] = Math.max(last, done[i]!);
    });
  }
  return calls;
}

const callsOf = (job: Job, number: number, from: number, to: number): JobCall[] =>
  job.calls(from, to).map((call) => ({ ...call, job: number }));

/** The rows of each job's output that rows `[from, to)` of the last one's need. */
function neededRows(jobs: readonly Job[], from: number, to: number): [number, number][] {
  const needed: [number, number][] = [[from, to]];
  for (let i = jobs.length - 1; i > 0; i--) needed.unshift(inputRows(jobs[i]!.task, ...needed[0]!));
  return needed;
}
