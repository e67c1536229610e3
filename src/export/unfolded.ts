// Weights of an export as those of a Keras model, whose batch normalisations it may no longer have. Where one is folded
// into its convolution, that has the folded weights here, and the normalisation changes nothing but adds the bias.
import { sizeOf, type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import type { Convolution, Step } from '../network/grouped.js';
import type { LayerOf, Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';

/** The role of a convolution's kernel. */
export const KERNEL_ROLE = { Conv2D: 'kernel', DepthwiseConv2D: 'depthwise_kernel' } as const;

/** Whether the convolution stands for the batch normalisation after it, too; it then has that one's name. */
export const isFolded = ({ name }: Convolution, { layers }: Network): boolean =>
  layers.some((layer) => layer.name === name && layer.op === 'BatchNormalization');

/** The Keras layers whose kernels, one after the other, are the step's. */
export function convolutionsOf(step: Convolution, { layers }: Network): string[] {
  return layers.filter(({ name, op }) => op === step.kind && step.layers.includes(name)).map(({ name }) => name);
}

/** Each owner's part of a weight: what it holds of the last axis. */
export function shared(
  weight: Tensor<Float32Array>,
  owners: readonly string[],
  role: string,
): [string, Tensor<Float32Array>][] {
  const shape = weight.shape.with(-1, weight.shape.at(-1)! / owners.length);
  return owners.map((owner, i) => {
    const offset = weight.offset + i * shape.at(-1)! * weight.stride.at(-1)!;
    return [`${owner}/${role}`, tensor(toFloat32({ ...weight, shape, offset }), shape)];
  });
}

/** The network with zeros for weights: what an export of it looks like can be told from that. */
export function withoutValues(network: Network): Pick<Model, 'network' | 'weights'> {
  const weights = network.layers.map(({ name, weights: shapes }): [string, LayerWeights] => [
    name,
    Object.fromEntries(Object.entries(shapes).map(([role, shape]) => [role, zeros(shape)])),
  ]);
  return { network, weights: new Map(weights) };
}

/** A weight of zeros. */
export function zeros(shape: readonly number[]): Tensor<Float32Array> {
  return tensor(new Float32Array(sizeOf(shape)), shape);
}

/** `stored`, where folded weights are under the normalisation's name, as the weights of every layer of `network`. */
export function unfolded(
  stored: ReadonlyMap<string, Tensor>,
  steps: readonly Step[],
  network: Network,
): Map<string, Tensor> {
  const weights = new Map(stored);
  for (const step of steps) {
    if (step.kind === 'layer' || !isFolded(step, network)) continue;
    const [kernelKey, biasKey] = [`${step.name}/${KERNEL_ROLE[step.kind]}`, `${step.name}/bias`];
    const [kernel, bias] = [weights.get(kernelKey), weights.get(biasKey)] as (Tensor<Float32Array> | undefined)[];
    for (const key of [kernelKey, biasKey]) weights.delete(key);
    if (kernel === undefined || bias === undefined) continue;
    for (const [key, value] of unfoldedStep(step, kernel, bias, network)) weights.set(key, value);
  }
  return weights;
}

function unfoldedStep(
  step: Convolution,
  kernel: Tensor<Float32Array>,
  bias: Tensor<Float32Array>,
  network: Network,
): [string, Tensor][] {
  const owners = convolutionsOf(step, network);
  const biased = network.layers.filter(({ name, weights }) => owners.includes(name) && weights.bias !== undefined);
  const { attrs } = network.layers.find(({ name }) => name === step.name) as LayerOf<'BatchNormalization'>;
  const norm = addingOnly(bias, attrs.epsilon);
  return [
    ...shared(kernel, owners, KERNEL_ROLE[step.kind]),
    ...biased.map(({ name, weights }): [string, Tensor] => [`${name}/bias`, zeros(weights.bias!)]),
    ...Object.entries(norm).map(([role, value]): [string, Tensor] => [`${step.name}/${role}`, value]),
  ];
}

/**
 * A batch normalisation that only adds `beta`. Its scale, `gamma / sqrt(moving_variance + epsilon)`, is 1 to 1e-13: gamma is the
 * first float32 whose square reaches epsilon, and the variance, small beside epsilon, what it is above that.
 */
export function addingOnly(beta: Tensor<Float32Array>, epsilon: number): LayerWeights {
  let gamma = Math.fround(Math.sqrt(epsilon));
  if (gamma ** 2 < epsilon) gamma = Math.fround(gamma * (1 + 2 ** -23));
  const { shape } = beta;
  const all = (value: number): Tensor<Float32Array> => tensor(new Float32Array(shape[0]!).fill(value), shape);
  return { gamma: all(gamma), beta, moving_mean: all(0), moving_variance: all(gamma ** 2 - epsilon) };
}
