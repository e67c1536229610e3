// How many channels the input has, read off the first kernel. A file of weights has no other word on it, so a kernel
// that is wrong elsewhere too is not believed.
import { sameShape } from '../core/tensor.js';
import type { Note } from '../core/weights.js';
import { input } from '../network/symbolic.js';
import { firstConvolution } from './build.js';
import { KERNEL_ORDERS, shapeInKerasOrder } from './kernel-order.js';

/** Taken where the kernel does not tell: colour images, the article's default. */
const COLOUR = 3;

/** Most channels that images have: colour and transparency. */
const MOST_IN_IMAGES = 4;

/**
 * The input channels of a `conv1` kernel of shape `kernel`: whatever its third axis says, if the other three are those
 * of the network's, `filters` outputs among them. A kernel in another axis order is read in it, so that it is reported
 * as that and not as one of other channels. Anything else is damaged, and told against an input of three channels.
 */
export function inputChannels(kernel: readonly number[] | undefined, filters: number): number {
  for (const layout of kernel === undefined ? [] : KERNEL_ORDERS) {
    const shape = shapeInKerasOrder(kernel!, layout);
    const channels = shape[2]!;
    if (channels > 0 && sameShape(shape, kernelOf(channels, filters))) return channels;
  }
  return COLOUR;
}

const kernelOf = (channels: number, filters: number): readonly number[] =>
  firstConvolution(input([null, null, channels]), filters, false).layer.weights.kernel!;

/** Says so where a kernel makes the input other than an image: right for other data, and a sign of damage for images. */
export function inputChannelsNote(channels: number): Note[] {
  if (channels <= MOST_IN_IMAGES) return [];
  const text = `By the kernel of conv1 the input has ${channels} channels, and images have ${MOST_IN_IMAGES} at most: if this network is for images, conv1 is damaged.`;
  return [{ id: 'input-channels', text }];
}
