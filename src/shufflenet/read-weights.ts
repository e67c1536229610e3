// Values out of the file, checked: finite numbers only, variances not negative, rounding counted.
import { isShuffleportError } from '../core/errors.js';
import { type Tensor, tensor, toFloat64 } from '../core/tensor.js';
import { formatCount } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type {
  LayerWeights,
  LoadedWeight,
  NegativeVariance,
  NonFiniteWeight,
  UnreadableWeight,
} from '../network/model.js';
import { negativeValues, nonFiniteValues } from './check-values.js';
import { type FoundWeight, fault } from './match.js';

/** The values, and what is wrong with them. */
export interface ReadWeights {
  readonly weights: ReadonlyMap<string, LayerWeights>;
  readonly loaded: readonly LoadedWeight[];
  readonly unreadable: readonly UnreadableWeight[];
  readonly nonFinite: readonly NonFiniteWeight[];
  readonly negativeVariance: readonly NegativeVariance[];
  readonly notes: readonly Note[];
}

/** Reads every weight that found its place, as float32. */
export async function readMatched(found: readonly FoundWeight[]): Promise<ReadWeights> {
  const weights = new Map<string, LayerWeights>();
  const loaded: LoadedWeight[] = [];
  const unreadable: UnreadableWeight[] = [];
  const nonFinite: NonFiniteWeight[] = [];
  const negativeVariance: NegativeVariance[] = [];
  let rounded = 0;
  for (const weight of found) {
    const { layer, role, shape, from } = weight;
    const read = await readWeight(weight);
    if ('reason' in read) {
      unreadable.push({ layer, role, from, ...read });
      continue;
    }
    rounded += read.rounded;
    nonFinite.push(...nonFiniteValues(layer, role, read.values));
    if (role === 'moving_variance') negativeVariance.push(...negativeValues(layer, read.values));
    weights.set(layer, { ...weights.get(layer), [role]: read.values });
    loaded.push({ layer, role, shape, dtype: weight.source.dtype, from });
  }
  return { weights, loaded, unreadable, nonFinite, negativeVariance, notes: roundingNote(rounded) };
}

type Reading = { readonly values: Tensor<Float32Array>; readonly rounded: number } | ReturnType<typeof fault>;

async function readWeight({ source, shape }: FoundWeight): Promise<Reading> {
  if (!/^(b?float)\d+$/.test(source.dtype)) {
    return { reason: `its values are ${source.dtype}, and weights are floating-point numbers` };
  }
  try {
    return rounding(await source.read(), shape);
  } catch (error) {
    if (!isShuffleportError(error)) throw error;
    return fault(error);
  }
}

function rounding(stored: Tensor, shape: readonly number[]): Reading {
  const wide = toFloat64(stored);
  const narrow = Float32Array.from(wide);
  let rounded = 0;
  for (let i = 0; i < wide.length; i++) if (narrow[i] !== wide[i] && !Number.isNaN(wide[i])) rounded++;
  return { values: tensor(narrow, shape), rounded };
}

function roundingNote(rounded: number): Note[] {
  if (rounded === 0) return [];
  const text = `${formatCount(rounded)} float64 ${rounded === 1 ? 'value was' : 'values were'} rounded to float32.`;
  return [{ id: 'rounded', text }];
}
