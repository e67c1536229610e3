// Which slices an architecture states, where it has built-in layers in place of the article's Lambdas: a grouped
// convolution reads its own, channels cut off by a Cropping2D before it are one slice for all (src/export/keras).
import type { ConfigLayer } from '../checkpoint/model-config.js';
import type { Slices } from './settings.js';

/** The slices, or `undefined` where the architecture does not tell: a Lambda's code is not read. */
export function slicesInConfig(config: readonly ConfigLayer[]): Slices | undefined {
  if (config.some(keepsLastChannels)) return 'last';
  return config.some(({ className, config: { groups } }) => className === 'Conv2D' && Number(groups) > 1)
    ? 'own'
    : undefined;
}

/** Whether a layer crops channels, told to Keras as columns of a map whose channels stand first. */
export function cropsChannels({ className, config }: ConfigLayer): boolean {
  return className === 'Cropping2D' && config.data_format === 'channels_first';
}

/** `[[0, 0], [begin, 0]]`: all rows, and the channels from `begin` to the end. */
function keepsLastChannels(layer: ConfigLayer): boolean {
  const [, channels] = (Array.isArray(layer.config.cropping) ? layer.config.cropping : []) as unknown[];
  return cropsChannels(layer) && Array.isArray(channels) && Number(channels[0]) > 0 && Number(channels[1]) === 0;
}
