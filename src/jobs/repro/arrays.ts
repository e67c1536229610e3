// The arrays of a repro, and what they are called in its .npz file.
import type { Tensor } from '../../core/tensor.js';
import { WEIGHT_ROLES, type WeightRole } from '../../core/weights.js';
import type { FailingPart } from '../../parity/failing-part.js';

/** `input`, or `input_0` and on where there are several, in the order of use. */
export function inputKeys({ inputs }: FailingPart): ReadonlyMap<string, string> {
  const names = [...inputs.keys()];
  return new Map(names.map((name, i) => [name, names.length === 1 ? 'input' : `input_${i}`]));
}

/** A weight by its role alone; where several layers are run, after its layer's name. */
export function weightKey({ layers }: FailingPart, layer: string, role: WeightRole): string {
  return layers.length === 1 ? role : `${layer}/${role}`;
}

/** All arrays: inputs, weights, `expected`, `computed`, `bound`. */
export function reproArrays(part: FailingPart): [string, Tensor][] {
  const { inputs, weights, expected, computed, bound } = part;
  const keys = inputKeys(part);
  const fed = [...inputs].map(([name, input]): [string, Tensor] => [keys.get(name)!, input]);
  const owned = [...weights].flatMap(([layer, roles]) =>
    WEIGHT_ROLES.flatMap((role): [string, Tensor][] => {
      const weight = roles[role];
      return weight === undefined ? [] : [[weightKey(part, layer, role), weight]];
    }),
  );
  return [
    ...fed,
    ...owned,
    ['expected', expected],
    ['computed', computed],
    ...(bound === undefined ? [] : [['bound', bound] satisfies [string, Tensor]]),
  ];
}
