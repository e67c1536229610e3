// A network that takes inputs of any size, at one size: the same layers, every shape known.
import type { Layer, Network, Pair, Shape, WindowAttrs } from './layer.js';
import { outputSize } from './padding.js';

/** The network with the shapes that it has for inputs of this shape, `(height, width, channels)`. */
export function sizedNetwork(network: Network, inputShape: readonly number[]): Network {
  const shapes = new Map<string, Shape>();
  const layers = network.layers.map((layer): Layer => {
    const outputShape = layer.op === 'InputLayer' ? inputShape : shapeOf(layer, shapes.get(layer.inputs[0]!)!);
    shapes.set(layer.name, outputShape);
    return { ...layer, outputShape };
  });
  return { ...network, inputShape, layers };
}

/** Channels are always known; only windows change a map's height and width. */
function shapeOf(layer: Layer, taken: Shape): Shape {
  const { outputShape } = layer;
  if (outputShape.length !== 3) return outputShape;
  const channels = outputShape[2]!;
  switch (layer.op) {
    case 'Conv2D':
      return windowed(taken, [layer.weights.kernel![0]!, layer.weights.kernel![1]!], layer.attrs, channels);
    case 'DepthwiseConv2D': {
      const [height, width] = layer.weights.depthwise_kernel!;
      return windowed(taken, [height!, width!], layer.attrs, channels);
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      return windowed(taken, layer.attrs.poolSize, layer.attrs, channels);
    default:
      return [taken[0]!, taken[1]!, channels];
  }
}

function windowed(taken: Shape, window: Pair, { strides, padding }: WindowAttrs, channels: number): Shape {
  const [height, width] = [taken[0]!, taken[1]!];
  return [
    outputSize(height, window[0], strides[0], padding),
    outputSize(width, window[1], strides[1], padding),
    channels,
  ];
}
