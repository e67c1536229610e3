// Batch normalisations folded into the convolutions before them: the same function with fewer steps, which every fast
// runtime wants. Computed in float64 and rounded once. Read first: grouped.ts.
import { tensor, toFloat64 } from '../core/tensor.js';
import type { Convolution, Step } from './grouped.js';
import type { LayerOf } from './layer.js';
import type { LayerWeights } from './model.js';

/** `gamma / sqrt(moving_variance + epsilon)` and what is added: batch normalisation at inference as `x * scale + shift`. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * The steps with every batch normalisation that alone takes a linear convolution's output made part of it. The
 * convolution then gives what the normalisation gave, under that name. `output` is the network's, which stays.
 */
export function foldBatchNorms(steps: readonly Step[], output: string): Step[] {
  const takers = countTakers(steps);
  const folded = new Map<string, Convolution>();
  for (const step of steps) if (step.kind !== 'layer') folded.set(step.name, step);
  const gone = new Set<string>();
  const normalised = steps.map((step): Step => {
    if (step.kind !== 'layer' || step.layer.op !== 'BatchNormalization') return step;
    const before = folded.get(step.layer.inputs[0]!);
    const alone = before !== undefined && before.name !== output && takers.get(before.name) === 1;
    if (!alone || before.attrs.activation !== 'linear') return step;
    gone.add(before.name);
    return folding(before, step.layer, step.weights);
  });
  return normalised.filter((step) => step.kind === 'layer' || !gone.has(step.name));
}

/** How many steps take each output. */
export function countTakers(steps: readonly Step[]): Map<string, number> {
  const takers = new Map<string, number>();
  for (const step of steps) {
    const taken = step.kind === 'layer' ? step.layer.inputs : [step.input];
    for (const name of taken) takers.set(name, (takers.get(name) ?? 0) + 1);
  }
  return takers;
}

function folding(
  convolution: Convolution,
  { name, attrs }: LayerOf<'BatchNormalization'>,
  weights: LayerWeights,
): Convolution {
  const { scale, shift } = affine(weights, attrs.epsilon);
  const { bias, layers } = convolution;
  const before = bias === undefined ? undefined : toFloat64(bias);
  const added = new Float32Array(shift.length);
  for (let c = 0; c < added.length; c++) added[c] = shift[c]! + (before === undefined ? 0 : before[c]! * scale[c]!);
  const kernel = { ...convolution.kernel, scale };
  return { ...convolution, name, layers: [...layers, name], title: name, kernel, bias: tensor(added, [added.length]) };
}

/** A batch normalisation's scale and shift, in float64. */
export function affine(weights: LayerWeights, epsilon: number): Affine {
  const [scale, shift] = [toFloat64(weights.gamma!), toFloat64(weights.beta!)];
  const [mean, variance] = [toFloat64(weights.moving_mean!), toFloat64(weights.moving_variance!)];
  for (let c = 0; c < scale.length; c++) {
    scale[c]! /= Math.sqrt(variance[c]! + epsilon);
    shift[c]! -= mean[c]! * scale[c]!;
  }
  return { scale, shift };
}
