// Each task as a job, by what it does. Read first: job.ts.

import type { Task } from '../plan/places.js';
import type { Chain } from '../plan/schedule.js';
import { convolutionJob } from './convolution.js';
import type { Job, Workshop } from './job.js';
import { addJob, gatherJob, reluJob } from './pointwise.js';
import { depthwiseJob, globalPoolJob, poolJob } from './windows.js';

/** The jobs of a chain, in order. */
export function lower({ tasks, rows }: Chain, workshop: Workshop): Job[] {
  // Only in a chain of one is a call for all rows.
  return tasks.map((task) => jobOf(task, workshop, tasks.length === 1 ? rows : 1));
}

function jobOf(task: Task, workshop: Workshop, leastRows: number): Job {
  const { work } = task;
  switch (work.kind) {
    case 'convolution':
      return convolutionJob(task, work, workshop, leastRows);
    case 'depthwise':
      return depthwiseJob(task, work, workshop);
    case 'pool':
      return poolJob(task, work, workshop);
    case 'global-pool':
      return globalPoolJob(task, work, workshop);
    case 'add':
      return addJob(task, workshop);
    case 'relu':
      return reluJob(task, workshop);
    case 'gather':
      return gatherJob(task, workshop);
  }
}
