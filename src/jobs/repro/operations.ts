// Each layer as lines of plain numpy, written out for the sizes at hand: what Keras's layer computes, in float64.
import type { Layer, LayerOf, Padding, Pair, WindowAttrs } from '../../network/layer.js';
import { outputSize, padBefore } from '../../network/padding.js';

/** How a script calls what a layer takes and gives. */
export interface Operands {
  /** What is assigned to: `y`. */
  readonly result: string;
  /** Expressions for the layer's inputs, in order. */
  readonly inputs: readonly string[];
  /** The shape of the first, without the batch. */
  readonly shape: readonly number[];
  /** The expression for a weight, by role; undefined where the layer has none. */
  weight(role: keyof Layer['weights']): string | undefined;
}

/** The lines that compute `layer`. */
export function numpyLines(layer: Layer, operands: Operands): string[] {
  const { result, inputs, weight } = operands;
  const x = inputs[0]!;
  const gives = (expression: string): string[] => [`${result} = ${expression}`];
  switch (layer.op) {
    case 'InputLayer':
      return gives(x);
    case 'Conv2D':
      return convolution(layer, operands, weight('kernel')!, (patch, cell) => `${patch} @ ${cell}]`);
    case 'DepthwiseConv2D':
      return convolution(layer, operands, weight('depthwise_kernel')!, (patch, cell) => `${patch} * ${cell}, :, 0]`);
    case 'BatchNormalization':
      return batchNormalization(layer, operands);
    case 'Activation':
      return layer.attrs.activation === 'relu' ? gives(`np.maximum(${x}, 0)`) : softmax(operands);
    case 'ChannelShuffle':
      return gives(shuffled(operands, layer.attrs.groups));
    case 'Slice':
      return gives(`${x}[..., ${layer.attrs.begin}:${layer.attrs.end}]`);
    case 'Concatenate':
      return gives(`np.concatenate([${inputs.join(', ')}], axis=-1)`);
    case 'Add':
      return gives(inputs.join(' + '));
    case 'MaxPooling2D':
      return maximum(layer, operands);
    case 'AveragePooling2D':
      return average(layer, operands);
    case 'GlobalMaxPooling2D':
      return gives(`${x}.max(axis=(1, 2))`);
    case 'GlobalAveragePooling2D':
      return gives(`${x}.mean(axis=(1, 2))`);
    case 'Dense':
      return gives(`${x} @ ${weight('kernel')!} + ${weight('bias')!}`);
  }
}

/** A window over a map, with its numbers worked out. */
interface Window {
  /** `np.pad`'s widths, batch first, and whether there is anything to pad. */
  readonly widths: string;
  readonly pads: boolean;
  readonly comment: string;
  /** The cells of the map under the window's cell `(i, j)`: `x[:, i : i + 9 : 2, j : j + 9 : 2]`. */
  patches(x: string): string;
  /** `for i in range(3) for j in range(3)`. */
  readonly cells: string;
}

function windowOver(shape: readonly number[], [rows, columns]: Pair, { strides, padding }: WindowAttrs): Window {
  const down = axisOf(shape[0]!, rows, strides[0], padding);
  const across = axisOf(shape[1]!, columns, strides[1], padding);
  const indices = (letter: string, { reach, stride }: Axis): string => `${letter} : ${letter} + ${reach} : ${stride}`;
  return {
    widths: `[(0, 0), (${down.before}, ${down.after}), (${across.before}, ${across.after}), (0, 0)]`,
    pads: [down, across].some(({ before, after }) => before + after > 0),
    comment: `${padding.toUpperCase()} padding, strides ${strides.join(', ')}`,
    patches: (x) => `${x}[:, ${indices('i', down)}, ${indices('j', across)}]`,
    cells: `for i in range(${rows}) for j in range(${columns})`,
  };
}

/** One axis: cells of padding, and how far the positions of one cell of the window lie apart. */
interface Axis {
  readonly before: number;
  readonly after: number;
  readonly reach: number;
  readonly stride: number;
}

function axisOf(size: number, window: number, stride: number, padding: Padding): Axis {
  const before = padBefore(size, window, stride, padding);
  const reach = (outputSize(size, window, stride, padding)! - 1) * stride + 1;
  return { before, after: Math.max(0, reach - 1 + window - size - before), reach, stride };
}

/** Named `x` and padded where the window reaches beyond the map. */
function padded(name: string, x: string, { widths, pads, comment }: Window, value?: string): string {
  const values = value === undefined ? '' : `, constant_values=${value}`;
  return `${name} = ${pads ? `np.pad(${x}, ${widths}${values})` : x}  # ${comment}`;
}

function convolution(
  layer: LayerOf<'Conv2D' | 'DepthwiseConv2D'>,
  { result, inputs, shape, weight }: Operands,
  kernel: string,
  product: (patch: string, cell: string) => string,
): string[] {
  const size = (layer.weights.kernel ?? layer.weights.depthwise_kernel) as readonly [number, number];
  const window = windowOver(shape, [size[0], size[1]], layer.attrs);
  const bias = weight('bias');
  const plus = bias === undefined ? '' : ` + ${bias}`;
  const rectified = layer.op === 'Conv2D' && layer.attrs.activation === 'relu';
  const lines =
    size[0] === 1 && size[1] === 1
      ? [`${result} = ${product(stepped(inputs[0]!, layer.attrs), `${kernel}[0, 0`)}${plus}`]
      : [
          padded('x', inputs[0]!, window),
          `${result} = sum(${product(window.patches('x'), `${kernel}[i, j`)} ${window.cells})${plus}`,
        ];
  return [...lines, ...(rectified ? [`${result} = np.maximum(${result}, 0)`] : [])];
}

/** What a window of one cell sees: nothing is padded, and positions between steps are passed over. */
const stepped = (x: string, { strides: [down, across] }: WindowAttrs): string =>
  down === 1 && across === 1 ? x : `${x}[:, ::${down}, ::${across}]`;

function batchNormalization(
  { attrs: { epsilon } }: LayerOf<'BatchNormalization'>,
  { result, inputs, weight }: Operands,
): string[] {
  return [
    `scale = ${weight('gamma')} / np.sqrt(${weight('moving_variance')} + ${epsilon})`,
    `${result} = (${inputs[0]} - ${weight('moving_mean')}) * scale + ${weight('beta')}`,
  ];
}

function softmax({ result, inputs: [x] }: Operands): string[] {
  return [
    `powers = np.exp(${x} - ${x}.max(axis=-1, keepdims=True))`,
    `${result} = powers / powers.sum(axis=-1, keepdims=True)`,
  ];
}

/** To `(…, groups, n)`, the two swapped, and back. */
function shuffled({ inputs: [x], shape }: Operands, groups: number): string {
  const channels = shape.at(-1)!;
  const outer = shape.slice(0, -1).join(', ');
  const split = `-1, ${outer === '' ? '' : `${outer}, `}${groups}, ${channels / groups}`;
  return `${x}.reshape(${split}).swapaxes(-1, -2).reshape(${x}.shape)`;
}

/** Cells of padding are below everything. */
function maximum({ attrs }: LayerOf<'MaxPooling2D'>, { result, inputs, shape }: Operands): string[] {
  const window = windowOver(shape, attrs.poolSize, attrs);
  return [
    padded('x', inputs[0]!, window, '-np.inf'),
    `${result} = np.max([${window.patches('x')} ${window.cells}], axis=0)`,
  ];
}

/** Cells of padding are not counted. */
function average({ attrs }: LayerOf<'AveragePooling2D'>, { result, inputs, shape }: Operands): string[] {
  const window = windowOver(shape, attrs.poolSize, attrs);
  const sum = (name: string): string => `sum(${window.patches(name)} ${window.cells})`;
  return [
    padded('x', inputs[0]!, window),
    padded('n', `np.ones(${inputs[0]}.shape)`, { ...window, comment: 'cells of padding are not counted' }),
    `${result} = ${sum('x')} / ${sum('n')}`,
  ];
}
