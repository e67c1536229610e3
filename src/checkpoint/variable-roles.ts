// What variable number i of a layer is for, by the layer's class: Keras builds them in this order, those that are
// trained first (keras/src/layers/…, `build`). Class names as in Python or in snake case.

const ORDER: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['kernel', 'bias'],
  depthwiseconv2d: ['kernel', 'bias'],
  separableconv2d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
  conv1d: ['kernel', 'bias'],
  dense: ['kernel', 'bias'],
  embedding: ['embeddings'],
};

const NORMALIZATION = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/**
 * The role of variable `index` of `count`, `null` where the class is not known or the number of variables does not
 * settle it: a batch normalisation with three lacks gamma or beta, and only its config says which.
 */
export function variableRole(
  className: string,
  index: number,
  count: number,
  config: Readonly<Record<string, unknown>> = {},
): string | null {
  const key = keyOf(className);
  if (key === 'batchnormalization') return normalizationRole(index, count, config);
  const order = ORDER[key];
  return order !== undefined && count <= order.length ? (order[index] ?? null) : null;
}

/** Whether layers of a class have variables whatever their settings. */
export function alwaysHasVariables(className: string): boolean {
  const key = keyOf(className);
  return key === 'batchnormalization' || Object.hasOwn(ORDER, key);
}

const keyOf = (className: string): string => className.replaceAll('_', '').toLowerCase();

function normalizationRole(
  index: number,
  count: number,
  { scale, center }: Readonly<Record<string, unknown>>,
): string | null {
  if (count === 4) return NORMALIZATION[index] ?? null;
  const present = NORMALIZATION.filter(
    (role) => (role !== 'gamma' || scale !== false) && (role !== 'beta' || center !== false),
  );
  const stated = scale === false || center === false;
  if (count === 2) return ['moving_mean', 'moving_variance'][index] ?? null;
  return stated && present.length === count ? (present[index] ?? null) : null;
}
