// A network with random weights, for scripts that time it: weights of a size at which values neither vanish nor grow.
import { buildNetwork } from '../../dist/shufflenet/build.js';
import { DEFAULT_SETTINGS } from '../../dist/shufflenet/settings.js';

/** The article's network for pictures of 224 x 224, but for what `settings` says. */
export function randomModel(stated) {
  const settings = { ...DEFAULT_SETTINGS, inputShape: [224, 224, 3], pooling: 'max', ...stated };
  const network = buildNetwork(settings);
  const next = random();
  const weights = network.layers.map(({ name, weights: shapes }) => {
    return [name, Object.fromEntries(Object.entries(shapes).map(([role, shape]) => [role, weight(role, shape, next)]))];
  });
  return { network, settings, weights: new Map(weights), report: undefined };
}

/** Numbers from -0.5 to 0.5, the same every time. */
export function random() {
  let seed = 1;
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648 - 0.5;
  };
}

function weight(role, shape, next) {
  const length = shape.reduce((size, dim) => size * dim, 1);
  const spread = role.includes('kernel')
    ? 3 / Math.sqrt(length / shape[role === 'depthwise_kernel' ? 2 : shape.length - 1])
    : 0.2;
  const middle = role === 'gamma' || role === 'moving_variance' ? 1 : 0;
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, dim) => size * dim, 1));
  return { data: Float32Array.from({ length }, () => middle + spread * next()), shape, stride, offset: 0 };
}
