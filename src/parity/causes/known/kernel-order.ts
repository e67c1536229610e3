// Kernels whose axes stand in another order: OIHW or IOHW under an HWIO shape, or inputs and outputs exchanged.
import type { Tensor } from '../../../core/tensor.js';
import type { KnownCause } from '../cause.js';
import { choices, named, withWeights } from '../changes.js';
import { layersWithKernels, reshaped, transposed, withKernel } from '../kernels.js';

type Kernel = Tensor<Float32Array>;

/** An order of the axes (height, width, in, out), by its letters; `axes[i]` is where axis i of it stands in HWIO. */
const LAYOUTS = [
  { name: 'OIHW (PyTorch, Theano)', axes: [3, 2, 0, 1] },
  { name: 'IOHW', axes: [2, 3, 0, 1] },
  { name: 'OHWI (TensorFlow Lite)', axes: [3, 0, 1, 2] },
  { name: 'HWOI (inputs and outputs exchanged)', axes: [0, 1, 3, 2] },
  { name: 'WHIO (height and width exchanged)', axes: [1, 0, 2, 3] },
] as const;

/** A matrix has one other order. */
const MATRIX_LAYOUTS = [{ name: '(out, in)', axes: [1, 0] }] as const;

/** `kentsommer/keras-inceptionV4#31`: shapes only tell where they differ; here they do not. */
export const kernelOrder: KnownCause = {
  id: 'kernel-order',
  prior: 3,
  *variations(segment) {
    const layers = layersWithKernels(segment);
    for (const some of choices(layers)) {
      for (const layout of [...LAYOUTS, ...MATRIX_LAYOUTS]) {
        const able = some.filter(({ weights }) => rankOf(weights) === layout.axes.length);
        if (able.length === 0) continue;
        for (const { change, who } of readings(layout.axes)) {
          yield {
            words: `The kernel of ${named(able)} is in the order ${layout.name} ${who}`,
            fix: 'Transpose the kernels to (height, width, in, out) where they are written, not only their shape.',
            change: withWeights(segment, able, (weights) => withKernel(weights, change)),
          };
        }
      }
    }
  },
};

const rankOf = ({ kernel, depthwise_kernel }: { kernel?: readonly number[]; depthwise_kernel?: readonly number[] }) =>
  (kernel ?? depthwise_kernel)!.length;

/** The file's memory is in that order, or the reference reads the right memory as if it were; or shapes happen to fit. */
function readings(axes: readonly number[]): { who: string; change: (kernel: Kernel) => Kernel }[] {
  const back = axes.map((_, axis) => axes.indexOf(axis));
  const inFile = (kernel: Kernel): Kernel =>
    transposed(
      reshaped(
        kernel,
        axes.map((axis) => kernel.shape[axis]!),
      ),
      back,
    );
  const inReference = (kernel: Kernel): Kernel => reshaped(transposed(kernel, axes), kernel.shape);
  return [
    {
      who: 'in the checkpoint, under the shape of (height, width, in, out). The checkpoint is wrong, not the port',
      change: inFile,
    },
    { who: 'as the reference used it. The reference is wrong, not the port', change: inReference },
  ];
}
