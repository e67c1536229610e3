// Convolution kernels stored in another axis order than Keras's HWIO: the orders that have a name, and how kernels
// stored in one are read. Only axes move; nothing is flipped, and dense kernels are left alone.
import type { CheckpointWeight } from '../checkpoint/checkpoint.js';
import { sameShape, tensor, toFloat64, transposed } from '../core/tensor.js';
import { plural } from '../core/text.js';
import type { Note, WeightRole } from '../core/weights.js';
import type { LoadReport } from '../network/model.js';

/** An axis order of 4-D kernels: H height, W width, I input channels, O output channels. */
export type KernelOrder = 'hwio' | 'oihw' | 'ohwi' | 'iohw' | 'hwoi';

/** An order, and how to leave it. */
export interface KernelLayout {
  readonly id: KernelOrder;
  /** For `numpy.transpose`: which stored axis becomes H, W, I and O. */
  readonly axes: readonly [number, number, number, number];
  /** The order and who writes it, for messages. */
  readonly description: string;
}

/** Orders that some framework writes, Keras's own first, then by how often a file has them. */
export const KERNEL_ORDERS: readonly KernelLayout[] = [
  { id: 'hwio', axes: [0, 1, 2, 3], description: 'HWIO, as Keras does' },
  { id: 'oihw', axes: [2, 3, 1, 0], description: 'OIHW, as PyTorch and Theano do' },
  { id: 'iohw', axes: [2, 3, 0, 1], description: 'IOHW, as PyTorch does for transposed convolutions' },
  { id: 'ohwi', axes: [1, 2, 3, 0], description: 'OHWI, as TensorFlow Lite does' },
  { id: 'hwoi', axes: [0, 1, 3, 2], description: 'HWOI, as Keras does for transposed convolutions' },
];

/** The order of that name, if there is one. */
export function kernelLayout(id: string): KernelLayout | undefined {
  return KERNEL_ORDERS.find((layout) => layout.id === id);
}

/** The shape in Keras's order of a kernel of shape `stored`, four axes long. */
export function shapeInKerasOrder(stored: readonly number[], { axes }: KernelLayout): number[] {
  return axes.map((axis) => stored[axis]!);
}

/** A layer's weights, 4-D kernels among them seen in Keras's order, and how many those were. */
export function weightsInKerasOrder(
  weights: readonly CheckpointWeight[],
  order: KernelOrder,
  depthwise: boolean,
): { readonly weights: readonly CheckpointWeight[]; readonly count: number } {
  let count = 0;
  const seen = weights.map((weight) => {
    if (weight.shape.length !== 4 || !isKernel(weight.role)) return weight;
    count++;
    return kernelInKerasOrder(weight, kernelLayout(order)!, depthwise);
  });
  return { weights: seen, count };
}

const isKernel = (role: string | null): boolean => role === 'kernel' || role === 'depthwise_kernel';

function kernelInKerasOrder(weight: CheckpointWeight, layout: KernelLayout, depthwise: boolean): CheckpointWeight {
  const turned = shapeInKerasOrder(weight.shape, layout);
  const shape = depthwise ? depthwiseShape(turned) : turned;
  return { ...weight, shape, read: async () => tensor(toFloat64(transposed(await weight.read(), layout.axes)), shape) };
}

/**
 * A depthwise kernel is (H, W, channels, 1) in Keras, while PyTorch counts its channels as outputs of one input each:
 * (H, W, 1, channels). The values lie in the same order.
 */
function depthwiseShape([height, width, into, out]: readonly number[]): number[] {
  return into === 1 ? [height!, width!, out!, 1] : [height!, width!, into!, out!];
}

/** Says that the kernels were not read as they stand. */
export function kernelOrderNote(order: KernelOrder, count: number): Note {
  const kernels = plural(count, 'convolution kernel');
  return {
    id: 'kernel-order',
    text: `${kernels} read as ${order.toUpperCase()}, as asked, and turned to Keras's HWIO.`,
  };
}

/**
 * The order in which a file's kernels fit, when it is one for all: those that did not fit as they stand do, and those
 * that did still do, since the file is read in one order. Kernels that fit in no order at all are another trouble.
 */
export function kernelOrderThatFits({ mismatched, loaded }: LoadReport): KernelOrder | undefined {
  const wrong = mismatched.filter(({ found, permutation }) => found.length === 4 && permutation !== undefined);
  if (wrong.length === 0) return undefined;
  const right = loaded.filter(({ shape }) => shape.length === 4);
  return KERNEL_ORDERS.find(
    (layout) =>
      layout.id !== 'hwio' &&
      wrong.every(({ role, found, expected }) => fits(layout, role, found, expected)) &&
      right.every(({ role, shape }) => fits(layout, role, shape, shape)),
  )?.id;
}

function fits(layout: KernelLayout, role: WeightRole, found: readonly number[], expected: readonly number[]): boolean {
  const turned = shapeInKerasOrder(found, layout);
  return sameShape(role === 'depthwise_kernel' ? depthwiseShape(turned) : turned, expected);
}
