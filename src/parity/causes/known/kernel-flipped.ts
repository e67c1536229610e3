// Kernels turned by half a turn, or mirrored: a true convolution where a correlation is meant.
import type { KnownCause } from '../cause.js';
import { choices, named, withWeights } from '../changes.js';
import { flipped, layersWithKernels, withKernel } from '../kernels.js';

const TURNS = [
  { words: 'turned by half a turn (a convolution in the mathematical sense, as in Theano)', axes: [0, 1] },
  { words: 'mirrored from left to right', axes: [1] },
  { words: 'mirrored from top to bottom', axes: [0] },
] as const;

/** Theano's kernels are flipped; TensorFlow's are not. */
export const kernelFlipped: KnownCause = {
  id: 'kernel-flipped',
  prior: 3,
  *variations(segment) {
    const spatial = layersWithKernels(segment).filter(({ weights: { kernel, depthwise_kernel } }) => {
      const shape = (kernel ?? depthwise_kernel)!;
      return shape.length === 4 && shape[0]! * shape[1]! > 1;
    });
    for (const some of choices(spatial)) {
      for (const { words, axes } of TURNS) {
        yield {
          words: `The kernel of ${named(some)} is ${words} in the reference or in the checkpoint`,
          fix: 'Turn the kernels when they are converted from Theano (`convert_all_kernels_in_model`), and not otherwise.',
          change: withWeights(segment, some, (weights) => withKernel(weights, (kernel) => flipped(kernel, axes))),
        };
      }
    }
  },
};
