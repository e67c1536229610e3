// A second forward pass, in plain loops and sharing nothing with src/evaluator, into which mistakes are planted by hand:
// what a faulty program would have recorded.
import { type Tensor, tensor } from '../../../src/core/tensor.js';
import type { Layer } from '../../../src/network/layer.js';
import type { Model } from '../../../src/network/model.js';

/** One image's map, `at(row, column, channel)`; a vector has one row and one column. */
export interface Picture {
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly v: readonly number[];
}

/** Weights as plain numbers. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

/** What a mistake is told of a layer; it gives the layer's output, or undefined where it leaves it as it is. */
export type Mistake = (
  layer: Layer,
  inputs: readonly Picture[],
  weights: Numbers,
  image: number,
) => Picture | undefined;

/** A picture from a formula. */
export function picture(
  h: number,
  w: number,
  c: number,
  value: (row: number, column: number, channel: number) => number,
): Picture {
  const v: number[] = [];
  for (let i = 0; i < h; i++) for (let j = 0; j < w; j++) for (let k = 0; k < c; k++) v.push(value(i, j, k));
  return { h, w, c, v };
}

/** A value, 0 outside the map. */
export function at({ h, w, c, v }: Picture, row: number, column: number, channel: number): number {
  return row < 0 || column < 0 || row >= h || column >= w ? 0 : v[(row * w + column) * c + channel]!;
}

/** Where a window of 3 begins when it moves by `stride`: TensorFlow's rule. */
export function begin(size: number, stride: number, window = 3): number {
  const out = Math.ceil(size / stride);
  return -Math.floor(Math.max(0, (out - 1) * stride + window - size) / 2);
}

/** A convolution with square kernel `(k, k, in, out)`; `first` is where the window begins, along both axes. */
export function convolve(
  x: Picture,
  kernel: readonly number[],
  k: number,
  filters: number,
  stride: number,
  first: readonly [number, number] = [begin(x.h, stride, k), begin(x.w, stride, k)],
): Picture {
  return picture(Math.ceil(x.h / stride), Math.ceil(x.w / stride), filters, (row, column, f) => {
    let sum = 0;
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++)
        for (let c = 0; c < x.c; c++)
          sum +=
            at(x, row * stride + first[0] + i, column * stride + first[1] + j, c) *
            kernel[((i * k + j) * x.c + c) * filters + f]!;
    return sum;
  });
}

/** A depthwise convolution of 3 by 3: channel c with kernel `pick(c)`. */
export function depthwise(
  x: Picture,
  kernel: readonly number[],
  stride: number,
  pick: (c: number) => number = (c) => c,
): Picture {
  const first = [begin(x.h, stride), begin(x.w, stride)] as const;
  return picture(Math.ceil(x.h / stride), Math.ceil(x.w / stride), x.c, (row, column, c) => {
    let sum = 0;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        sum +=
          at(x, row * stride + first[0] + i, column * stride + first[1] + j, c) * kernel[(i * 3 + j) * x.c + pick(c)]!;
    return sum;
  });
}

/** Values one by one, with their channel. */
export function each(x: Picture, value: (v: number, c: number) => number): Picture {
  return { ...x, v: x.v.map((v, i) => value(v, i % x.c)) };
}

/** `max(v, 0)`. */
export const rectify = (x: Picture): Picture => each(x, (v) => Math.max(0, v));

/** Batch normalisation at inference. */
export function normalise(
  x: Picture,
  { gamma, beta, moving_mean: m, moving_variance: s }: Numbers,
  epsilon = 1e-3,
): Picture {
  return each(x, (v, c) => (gamma![c]! * (v - m![c]!)) / Math.sqrt(s![c]! + epsilon) + beta![c]!);
}

/** `exp(v) / sum of exp`. */
export function softmax(x: Picture): Picture {
  const top = Math.max(...x.v);
  const powers = x.v.map((v) => Math.exp(v - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { ...x, v: powers.map((p) => p / sum) };
}

/** Windows of 3, moved by 2: `join` of the cells that are there. */
export function pool(x: Picture, join: (cells: number[]) => number, first = [begin(x.h, 2), begin(x.w, 2)]): Picture {
  return picture(Math.ceil(x.h / 2), Math.ceil(x.w / 2), x.c, (row, column, c) => {
    const cells: number[] = [];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const [r, s] = [row * 2 + first[0]! + i, column * 2 + first[1]! + j];
        if (r >= 0 && s >= 0 && r < x.h && s < x.w) cells.push(at(x, r, s, c));
      }
    return join(cells);
  });
}

export const largest = (cells: readonly number[]): number => Math.max(...cells);
export const mean = (cells: readonly number[]): number => cells.reduce((a, b) => a + b, 0) / cells.length;

/** Channel c of the result is channel `from(c)`. */
export function channels(x: Picture, from: (c: number) => number, count = x.c): Picture {
  return picture(x.h, x.w, count, (row, column, c) => at(x, row, column, from(c)));
}

/** One after the other. */
export function join(parts: readonly Picture[]): Picture {
  const [{ h, w }] = parts as [Picture];
  const all = parts.flatMap((part) => Array.from({ length: part.c }, (_, c) => ({ part, c })));
  return picture(h, w, all.length, (row, column, k) => at(all[k]!.part, row, column, all[k]!.c));
}

/** All cells of each channel. */
export function overall(x: Picture, of: (cells: number[]) => number): Picture {
  return picture(1, 1, x.c, (_r, _s, c) => of(x.v.filter((_, i) => i % x.c === c)));
}

/** Dense: kernel `(in, out)`. */
export function fully(x: Picture, kernel: readonly number[], bias: readonly number[]): Picture {
  return picture(1, 1, bias.length, (_r, _s, u) =>
    x.v.reduce((sum, v, i) => sum + v * kernel[i * bias.length + u]!, bias[u]!),
  );
}

/** What a layer does, without a mistake. */
export function rightly(layer: Layer, [x, y]: readonly Picture[], weights: Numbers): Picture {
  switch (layer.op) {
    case 'Conv2D': {
      const [k, , , filters] = layer.weights.kernel! as [number, number, number, number];
      const out = convolve(x!, weights.kernel!, k, filters, layer.attrs.strides[0]);
      return layer.attrs.activation === 'relu' ? rectify(out) : out;
    }
    case 'DepthwiseConv2D':
      return depthwise(x!, weights.depthwise_kernel!, layer.attrs.strides[0]);
    case 'BatchNormalization':
      return normalise(x!, weights, layer.attrs.epsilon);
    case 'Activation':
      return layer.attrs.activation === 'relu' ? rectify(x!) : softmax(x!);
    case 'ChannelShuffle': {
      const { groups } = layer.attrs;
      return channels(x!, (c) => (c % groups) * (x!.c / groups) + Math.floor(c / groups));
    }
    case 'Slice':
      return channels(x!, (c) => layer.attrs.begin + c, layer.attrs.end - layer.attrs.begin);
    case 'Concatenate':
      return join([x!, y!]);
    case 'Add':
      return picture(x!.h, x!.w, x!.c, (r, s, c) => at(x!, r, s, c) + at(y!, r, s, c));
    case 'MaxPooling2D':
      return pool(x!, largest);
    case 'AveragePooling2D':
      return pool(x!, mean);
    case 'GlobalMaxPooling2D':
      return overall(x!, largest);
    case 'GlobalAveragePooling2D':
      return overall(x!, mean);
    case 'Dense':
      return fully(x!, weights.kernel!, weights.bias!);
    case 'InputLayer':
      return x!;
  }
}

/** Every layer's output with a mistake in it, of all images, as a float64 program would store them in float32. */
export function recordWith(
  model: Pick<Model, 'network' | 'weights'>,
  images: readonly Picture[],
  mistake: Mistake,
): Map<string, Tensor> {
  const runs = images.map((given, image) => {
    const outputs = new Map<string, Picture>();
    for (const layer of model.network.layers) {
      const inputs = layer.op === 'InputLayer' ? [given] : layer.inputs.map((name) => outputs.get(name)!);
      const weights = Object.fromEntries(
        Object.entries(model.weights.get(layer.name) ?? {}).map(([role, { data }]) => [role, [...data]]),
      );
      const groups = layer.op === 'Concatenate' && inputs.length > 2 ? join(inputs) : undefined;
      outputs.set(layer.name, mistake(layer, inputs, weights, image) ?? groups ?? rightly(layer, inputs, weights));
    }
    return outputs;
  });
  return new Map(
    model.network.layers.map(({ name, outputShape }) => {
      const [first] = runs.map((run) => run.get(name)!);
      const shape = outputShape.length === 1 ? [first!.c] : [first!.h, first!.w, first!.c];
      return [
        name,
        stored(
          runs.map((run) => run.get(name)!),
          shape,
        ),
      ];
    }),
  );
}

/** Pictures as one tensor, batch first. */
export function stored(pictures: readonly Picture[], shape: readonly number[]): Tensor<Float32Array> {
  return tensor(Float32Array.from(pictures.flatMap(({ v }) => [...v])), [pictures.length, ...shape]);
}
