// Each task as a job, by what it does. Read first: job.ts.
import type { Task } from '../plan/places.js';
import type { Chain } from '../plan/schedule.js';
import { convolutionJob, onePixelJob, type Units } from './convolution.js';
import type { Job, Workshop } from './job.js';
import { addJob, gatherJob, reluJob } from './pointwise.js';
import { depthwiseJob, globalPoolJob, poolJob } from './windows.js';

/** The jobs of a chain, in order. A task alone is called for `parts` parts, or for all of its output at once. */
export function lower({ tasks }: Chain, workshop: Workshop, parts: number): Job[] {
  return tasks.map((task) => jobOf(task, workshop, tasks.length === 1 ? parts : undefined));
}

function unitsOf(task: Task, parts: number | undefined): Units {
  if (parts === undefined) return { unit: 'row', least: 1 };
  const { height, width } = task.output.store;
  return { unit: 'pixel', least: Math.max(1, Math.floor((height * width) / parts)) };
}

const hasOnePixel = ({ output: { store } }: Task): boolean => store.height * store.width === 1;

function jobOf(task: Task, workshop: Workshop, parts: number | undefined): Job {
  const { work } = task;
  switch (work.kind) {
    case 'convolution':
      return hasOnePixel(task) && work.groups === 1
        ? onePixelJob(task, work, workshop, parts ?? 1)
        : convolutionJob(task, work, workshop, unitsOf(task, parts));
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
