// What a network costs: parameters and multiply-adds, counted as the paper counts them.
import { sizeOf } from '../core/tensor.js';
import type { Layer, Network } from './layer.js';

/** Numbers held by a layer's weights, batch norm's moving statistics included (as Keras's `count_params`). */
export function layerParameters(layer: Layer): number {
  return Object.values(layer.weights).reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/**
 * Multiply-adds of one layer for one image; `null` where height or width is unknown. Only convolutions and dense
 * layers count, as in the paper (section 4: "we evaluate complexity with FLOPs, the number of multiply-adds").
 */
export function layerMacs(layer: Layer): number | null {
  const { op, weights, outputShape } = layer;
  if (op === 'Dense') return sizeOf(weights.kernel!);
  const kernel = op === 'Conv2D' ? weights.kernel : op === 'DepthwiseConv2D' ? weights.depthwise_kernel : undefined;
  if (kernel === undefined) return 0;
  const [height = null, width = null] = outputShape;
  return height === null || width === null ? null : height * width * sizeOf(kernel);
}

/** Parameters of the whole network. */
export function networkParameters(network: Network): number {
  return network.layers.reduce((sum, layer) => sum + layerParameters(layer), 0);
}

/** Multiply-adds of the whole network for one image, or `null` where the input's size is unknown. */
export function networkMacs(network: Network): number | null {
  let total = 0;
  for (const layer of network.layers) {
    const macs = layerMacs(layer);
    if (macs === null) return null;
    total += macs;
  }
  return total;
}
