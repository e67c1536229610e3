// What a weight is for, read from its name. The layer it belongs to is never read from there: names carry scope
// suffixes (`conv1_1/kernel:0` in the layer `conv1`) that look like parts of other layers' names.

const KERAS_ROLES = new Set([
  'kernel',
  'depthwise_kernel',
  'pointwise_kernel',
  'recurrent_kernel',
  'bias',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
  'embeddings',
]);

/** Keras 1's endings, after the layer's name: `conv1_W`. Its `running_std` holds the variance (from 1.0.6 on). */
const KERAS_1_ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/(^|_)W$/, 'kernel'],
  [/(^|_)b$/, 'bias'],
  [/(^|_)running_mean$/, 'moving_mean'],
  [/(^|_)running_std$/, 'moving_variance'],
  [/_gamma$/, 'gamma'],
  [/_beta$/, 'beta'],
];

/**
 * The role in a weight's name, `null` when it names none: `stage2/block1/bn_gconv_1/gamma:0` is `gamma`. TensorFlow's
 * `:0` and the `_1` that makes names unique (`kernel:0_1`, `kernel_1:0`) are passed over.
 */
export function roleInName(weightName: string): string | null {
  const last = weightName.slice(weightName.lastIndexOf('/') + 1).replace(/:\d+(_\d+)?$/, '');
  const bare = last.replace(/_\d+$/, '');
  for (const name of [last, bare]) if (KERAS_ROLES.has(name)) return name;
  return KERAS_1_ENDINGS.find(([ending]) => ending.test(last) || ending.test(bare))?.[1] ?? null;
}
