// Depthwise convolutions and poolings as calls: a window that moves over a map, each channel for itself. Read first: job.ts.
import { rowMajorFloats } from '../../core/tensor.js';
import { wholeKernel } from '../../network/kernel.js';
import { depthwiseKernel, packDepthwise, packedDepthwiseLength } from '../kernels/depthwise.js';
import { globalPoolingKernel } from '../kernels/global-pooling.js';
import { poolingKernel } from '../kernels/pooling.js';
import type { WindowedMap } from '../kernels/windowed-map.js';
import { channelsInLanes } from '../plan/layout.js';
import type { Window, Work } from '../plan/operations.js';
import type { Task } from '../plan/places.js';
import { borderOf } from '../plan/stores.js';
import { type Job, type Located, locate, type Workshop } from './job.js';

/** A depthwise convolution. */
export function depthwiseJob(task: Task, work: Extract<Work, { kind: 'depthwise' }>, workshop: Workshop): Job {
  const { input, output, map } = maps(task, work.window, workshop);
  const asked = { map, vectors: input.vectors, relu: task.relu };
  const { kernel, spec } = workshop.kernel('depthwise', asked, depthwiseKernel);
  const weights = workshop.constants(packedDepthwiseLength(spec), (into) => {
    const lanes = channelsInLanes(output, task.output.at);
    const [values, bias] = [rowMajorFloats(wholeKernel(work.kernel)), work.bias && rowMajorFloats(work.bias)];
    packDepthwise(spec, { kernel: values, channels: task.output.at.length, bias, lanes }, into);
  });
  const args = [input.address, weights, output.address, workshop.zeros];
  return { task, units: output.height, calls: (y0, y1) => [{ kernel, args: [...args, y0, y1] }] };
}

/** A maximum or an average over a window. */
export function poolJob(task: Task, work: Extract<Work, { kind: 'pool' }>, workshop: Workshop): Job {
  const { input, output, map } = maps(task, work.window, workshop);
  const spec = { map, vectors: input.vectors, kind: work.of, relu: task.relu };
  const { kernel } = workshop.kernel('pool', spec, poolingKernel);
  const args = [input.address, output.address, workshop.zeros];
  return { task, units: output.height, calls: (y0, y1) => [{ kernel, args: [...args, y0, y1] }] };
}

/** A maximum or an average over the whole map. Its output has one pixel, so what can be shared out is its vectors. */
export function globalPoolJob(task: Task, work: Extract<Work, { kind: 'global-pool' }>, workshop: Workshop): Job {
  const input = locate(task.inputs[0]!.store, workshop);
  const output = locate(task.output.store, workshop);
  const { step, vectors } = input;
  const spec = { pixels: input.height * input.width, inStep: step, vectors, kind: work.of, relu: task.relu };
  const { kernel } = workshop.kernel('global-pool', spec, globalPoolingKernel);
  const args = [input.address, output.address];
  return { task, units: vectors, calls: (v0, v1) => [{ kernel, args: [...args, v0, v1] }] };
}

function maps(task: Task, window: Window, workshop: Workshop) {
  const input = locate(task.inputs[0]!.store, workshop);
  const output = locate(task.output.store, workshop);
  return { input, output, map: windowedMap(input, output, window) };
}

function windowedMap(input: Located, output: Located, window: Window): WindowedMap {
  const { top, left } = borderOf(input, window);
  return {
    height: input.height,
    width: input.width,
    window: window.size,
    strides: window.strides,
    before: [top, left],
    outHeight: output.height,
    outWidth: output.width,
    inStep: input.step,
    outStep: output.step,
  };
}
