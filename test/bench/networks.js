// Networks to time: of the article's shapes, with random weights of a size at which values neither vanish nor grow.
import { buildNetwork } from '../../dist/shufflenet/build.js';
import { DEFAULT_SETTINGS } from '../../dist/shufflenet/settings.js';

/** One picture, `(1, 224, 224, 3)`. */
export const PIXELS = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => Math.sin(i * 1.7));

/** A network for pictures of 224 x 224, 1,000 classes. */
export function randomModel(groups, scaleFactor = 1) {
  const settings = { ...DEFAULT_SETTINGS, groups, scaleFactor, inputShape: [224, 224, 3], pooling: 'max' };
  const network = buildNetwork(settings);
  const next = randomNumbers();
  const weight = (role, shape) => {
    const length = shape.reduce((size, dim) => size * dim, 1);
    const spread = role.includes('kernel')
      ? 3 / Math.sqrt(length / shape[role === 'depthwise_kernel' ? 2 : shape.length - 1])
      : 0.2;
    const middle = role === 'gamma' || role === 'moving_variance' ? 1 : 0;
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, dim) => size * dim, 1));
    return { data: Float32Array.from({ length }, () => middle + spread * next()), shape, stride, offset: 0 };
  };
  const weights = network.layers.map(({ name, weights: shapes }) => {
    return [name, Object.fromEntries(Object.entries(shapes).map(([role, shape]) => [role, weight(role, shape)]))];
  });
  return { network, settings, weights: new Map(weights), report: undefined };
}

/** Numbers from -0.5 to 0.5, the same every time. */
export function randomNumbers() {
  let seed = 1;
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648 - 0.5;
  };
}

/** The middle of the sorted numbers. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

/** The largest difference as a share of the largest expected value. NaN does not pass for small. */
export function relativeError(found, expected) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(found[i] - value) / largest;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
