// A model's weights under the names they have in files: `layer/role`, in network order.
import type { Tensor } from '../core/tensor.js';
import { WEIGHT_ROLES } from '../core/weights.js';
import type { Model } from '../network/model.js';

/** Every weight as `['stage2/block1/bn_gconv_1/gamma', tensor]`; layers in network order, roles in Keras's. */
export function namedWeights({
  network,
  weights,
}: Pick<Model, 'network' | 'weights'>): [string, Tensor<Float32Array>][] {
  return network.layers.flatMap(({ name }) => {
    const own = weights.get(name) ?? {};
    return WEIGHT_ROLES.flatMap((role): [string, Tensor<Float32Array>][] =>
      own[role] === undefined ? [] : [[`${name}/${role}`, own[role]]],
    );
  });
}
