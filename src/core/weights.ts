// The words for a layer's weights, shared by files (src/checkpoint) and networks (src/network).

/** What a weight is for, in Keras's own names. `depthwise_kernel` is `kernel` in files written by Keras 3. */
export type WeightRole = 'kernel' | 'depthwise_kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** Every role, in the order in which Keras lists a layer's weights. */
export const WEIGHT_ROLES: readonly WeightRole[] = [
  'kernel',
  'depthwise_kernel',
  'bias',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
];

/** Something worth telling that is no error: what was found, assumed or decided. */
export interface Note {
  /** Stable identifier, for machines: `nested-model`. */
  readonly id: string;
  /** One sentence, for people. */
  readonly text: string;
}
