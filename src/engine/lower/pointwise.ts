// Tasks that take a map pixel by pixel: additions and relus on their own, copies of channels. In a ShuffleNet there are
// none of them, unless every layer is to be seen. Read first: job.ts.
import { gatherKernel } from '../kernels/copy.js';
import { addKernel, reluKernel } from '../kernels/elementwise.js';
import type { Task } from '../plan/places.js';
import { type Call, type Job, locate, type Workshop } from './job.js';

/** `left + right`, with a relu after it or none. */
export function addJob(task: Task, workshop: Workshop): Job {
  const [left, right] = task.inputs.map(({ store }) => locate(store, workshop));
  const output = locate(task.output.store, workshop);
  const spec = {
    leftStep: left!.step,
    rightStep: right!.step,
    outStep: output.step,
    vectors: output.vectors,
    relu: task.relu,
  };
  const { kernel } = workshop.kernel('add', spec, addKernel);
  const args = [left!.address, right!.address, output.address];
  return {
    task,
    units: output.height,
    calls: pixelCalls(output.width, (p0, p1) => ({ kernel, args: [...args, p0, p1] })),
  };
}

/** A relu. */
export function reluJob(task: Task, workshop: Workshop): Job {
  const input = locate(task.inputs[0]!.store, workshop);
  const output = locate(task.output.store, workshop);
  const spec = { inStep: input.step, outStep: output.step, vectors: output.vectors };
  const { kernel } = workshop.kernel('relu', spec, reluKernel);
  const args = [input.address, output.address];
  return {
    task,
    units: output.height,
    calls: pixelCalls(output.width, (p0, p1) => ({ kernel, args: [...args, p0, p1] })),
  };
}

const pixelCalls = (width: number, call: (p0: number, p1: number) => Call) => (from: number, to: number) => [
  call(from * width, to * width),
];

/** Channels copied one by one. Either map may have a border, so a call does a row. */
export function gatherJob(task: Task, workshop: Workshop): Job {
  const [from] = task.inputs;
  const input = locate(from!.store, workshop);
  const output = locate(task.output.store, workshop);
  const { at } = task.output;
  const lanes = from!.at.map((c, channel) => [input.lanes[c]!, output.lanes[at[channel]!]!] as const);
  const { kernel } = workshop.kernel('gather', { inStep: input.step, outStep: output.step, lanes }, gatherKernel);
  const calls = (y0: number, y1: number) =>
    Array.from({ length: y1 - y0 }, (_, i) => {
      const y = y0 + i;
      const at = [input.address + y * input.rowStep, output.address + y * output.rowStep];
      return { kernel, args: [...at, 0, output.width] };
    });
  return { task, units: output.height, calls };
}
