// Convolutions and dense layers as calls of the one kernel that multiplies pixels by channels. A window is a list of
// offsets, and so is a channel shuffle: it costs nothing. Read first: job.ts, ../kernels/convolution.ts.
import { rowMajorFloats } from '../../core/tensor.js';
import {
  type ConvolutionSpec,
  type ConvolutionWeights,
  convolutionKernel,
  packConvolution,
  packedConvolutionLength,
} from '../kernels/convolution.js';
import type { ConvolutionGroup } from '../kernels/convolution-spec.js';
import { channelsInLanes, FLOAT } from '../plan/layout.js';
import type { Window, Work } from '../plan/operations.js';
import type { Task } from '../plan/places.js';
import { LANES } from '../plan/rulers.js';
import { borderOf, type Value } from '../plan/stores.js';
import { type Job, type Located, locate, type Workshop } from './job.js';

type Convolution = Extract<Work, { kind: 'convolution' }>;

/** What parts of an output are counted in, and the fewest that a call computes. */
export interface Units {
  readonly unit: 'row' | 'pixel';
  readonly least: number;
}

/** A convolution's calls. Where pixels are units, so many of them, or more, are computed in one call. */
export function convolutionJob(task: Task, work: Convolution, workshop: Workshop, { unit, least }: Units): Job {
  const [from] = task.inputs;
  const input = locate(from!.store, workshop);
  const output = locate(task.output.store, workshop);
  const residual = task.residual && locate(task.residual.store, workshop);
  const asOneRow = isPointwise(work.window);
  const byPixel = asOneRow && unit === 'pixel';
  const pixels = byPixel ? least : output.width;
  const maps = { input, output, residual, pixels };
  const { kernel, spec, weights } = kernelAndWeights(task, work, workshop, output, specOf(task, work, maps));
  const corner = input.address - cornerBytes(work.window, input);
  const at = (row: number, pixel: number) => [
    corner + row * spec.inRowStep + pixel * spec.inStep,
    weights,
    output.address + row * output.rowStep + pixel * output.step,
    residual === undefined ? 0 : residual.address + row * residual.rowStep + pixel * residual.step,
  ];
  if (byPixel) {
    const units = output.height * output.width;
    return { task, units, calls: (p0, p1) => [{ kernel, args: [...at(0, p0), p1 - p0, 1] }] };
  }
  const sizeOf = (rows: number) => (asOneRow ? [rows * output.width, 1] : [output.width, rows]);
  return {
    task,
    units: output.height,
    calls: (y0, y1) => [{ kernel, args: [...at(y0, 0), ...sizeOf(y1 - y0)] }],
  };
}

/**
 * A convolution of one pixel and one group, such as a dense layer: what can be parted is its channels, and each of the parts
 * has weights of its own.
 */
export function onePixelJob(task: Task, work: Convolution, workshop: Workshop, parts: number): Job {
  const [input, output] = [locate(task.inputs[0]!.store, workshop), locate(task.output.store, workshop)];
  const residual = task.residual && locate(task.residual.store, workshop);
  const whole = specOf(task, work, { input, output, residual, pixels: 1 });
  const [{ offsets, outVector, vectors }] = whole.groups as [ConvolutionGroup];
  const count = Math.min(parts, vectors);
  const bound = (part: number) => Math.floor((vectors * part) / count);
  const corner = input.address - cornerBytes(work.window, input);
  const calls = Array.from({ length: count }, (_, part) => {
    const group = { offsets, outVector: outVector + bound(part), vectors: bound(part + 1) - bound(part) };
    const { kernel, weights } = kernelAndWeights(task, work, workshop, output, { ...whole, groups: [group] });
    return { kernel, args: [corner, weights, output.address, residual?.address ?? 0, 1, 1] };
  });
  return { task, units: count, calls: (from, to) => calls.slice(from, to) };
}

/** The kernel of a specification, and weights for it. */
function kernelAndWeights(task: Task, work: Convolution, workshop: Workshop, output: Located, asked: ConvolutionSpec) {
  const { kernel, spec } = workshop.kernel('convolution', asked, convolutionKernel);
  const weights = workshop.constants(packedConvolutionLength(spec), (into) => {
    packConvolution(spec, weightsOf(task, work, output, spec), into);
  });
  return { kernel, spec, weights };
}

function weightsOf(
  { output: { at } }: Task,
  { kernel, bias }: Convolution,
  output: Located,
  { groups }: ConvolutionSpec,
): ConvolutionWeights {
  const channels = channelsInLanes(output, at);
  return {
    parts: kernel.parts.map(rowMajorFloats),
    scale: kernel.scale,
    channels: at.length,
    bias: bias && rowMajorFloats(bias),
    lanes: groups.map(({ outVector, vectors }) => channels.slice(LANES * outVector, LANES * (outVector + vectors))),
  };
}

/** Whether the pixels of all rows are as one row's. */
function isPointwise({ size, strides }: Window): boolean {
  return [...size, ...strides].every((each) => each === 1);
}

interface Maps {
  readonly input: Located;
  readonly output: Located;
  readonly residual: Located | undefined;
  readonly pixels: number;
}

function specOf(task: Task, work: Convolution, { input, output, residual, pixels }: Maps): ConvolutionSpec {
  const [sy, sx] = work.window.strides;
  return {
    inStep: sx * input.step,
    outStep: output.step,
    residualStep: residual?.step,
    inRowStep: sy * input.rowStep,
    outRowStep: output.rowStep,
    residualRowStep: residual?.rowStep ?? 0,
    relu: task.relu,
    pixels,
    groups: Array.from({ length: work.groups }, (_, g) => ({
      offsets: offsetsOf(task.inputs[0]!, input, work, g),
      ...vectorsOf(task.output, output, work.groups, g),
    })),
  };
}

/** Bytes from a window's first cell to each value that the group's sums take, in the kernel's order. */
function offsetsOf({ at }: Value, { lanes, step, rowStep }: Located, { kernel }: Convolution, group: number): number[] {
  const [height, width, channels] = kernel.shape as [number, number, number];
  const offsets: number[] = [];
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < width; kx++) {
      const cell = ky * rowStep + kx * step;
      for (let c = 0; c < channels; c++) offsets.push(cell + FLOAT * lanes[at[group * channels + c]!]!);
    }
  }
  return offsets;
}

/** The vectors in which a group's outputs lie. Groups end where vectors end. */
function vectorsOf({ at }: Value, { lanes, vectors }: Located, groups: number, group: number) {
  const perGroup = at.length / groups;
  const begin = lanes[at[group * perGroup]!]! / LANES;
  const end = group + 1 === groups ? vectors : lanes[at[(group + 1) * perGroup]!]! / LANES;
  return { outVector: begin, vectors: end - begin };
}

/** Bytes from the first window's first cell to the map's first pixel. */
function cornerBytes(window: Window, input: Located): number {
  const { top, left } = borderOf(input, window);
  return top * input.rowStep + left * input.step;
}
