// A convolution step run with the evaluator's own operations, group by group: what its kernel and groups mean.
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { addBias, conv2d, depthwiseConv2d } from '../../src/evaluator/convolution.js';
import type { FloatMap } from '../../src/evaluator/map.js';
import { concatenate, relu, sliceChannels } from '../../src/evaluator/pointwise.js';
import { type Convolution, channelsOut } from '../../src/network/grouped.js';
import { wholeKernel } from '../../src/network/kernel.js';

/** The step's output for one image. */
export function runConvolution(step: Convolution, x: FloatMap): FloatMap {
  const given = step.slice === undefined ? x : sliceChannels(x, step.slice.begin, step.slice.end);
  const kernel = wholeKernel(step.kernel);
  const linear =
    step.kind === 'DepthwiseConv2D' ? depthwiseConv2d(given, kernel, step.attrs) : grouped(step, kernel, given);
  const sum = step.bias === undefined ? linear : addBias(linear, step.bias);
  return step.attrs.activation === 'relu' ? relu(sum) : sum;
}

function grouped(step: Convolution, kernel: Tensor, x: FloatMap): FloatMap {
  const [taken, given] = [kernel.shape[2]!, channelsOut(step) / step.groups];
  return concatenate(
    Array.from({ length: step.groups }, (_, g) =>
      conv2d(sliceChannels(x, g * taken, (g + 1) * taken), lastAxis(kernel, g * given, given), step.attrs),
    ),
  );
}

function lastAxis({ data, shape }: Tensor, begin: number, width: number): Tensor {
  const last = shape.at(-1)!;
  const part = Array.from(data).filter((_, i) => i % last >= begin && i % last < begin + width);
  return tensor(Float32Array.from(part, Number), [...shape.slice(0, -1), width]);
}
