// A network's settings and a file's notes in words.
import { formatShape } from '../core/tensor.js';
import type { Note } from '../core/weights.js';
import type { NetworkConfig } from '../results/describe.js';
import { ARTICLE_REVISION } from '../shufflenet/settings.js';

/** One line: `ShuffleNet v1, groups 3, scale 0.25, ratio 0.25, units 1,1,1, 10 classes, avg pooling, input (32, 32, 3)`. */
export function describeConfig(config: NetworkConfig): string {
  const { groups, scaleFactor, bottleneckRatio, numShuffleUnits, classes, includeTop, pooling, inputShape, slices } =
    config;
  return [
    'ShuffleNet v1',
    `groups ${groups}`,
    `scale ${scaleFactor}`,
    `bottleneck ratio ${bottleneckRatio}`,
    `units ${numShuffleUnits.join(',')}`,
    includeTop ? `${classes} classes` : 'no top',
    pooling === null ? 'pooling not known' : `${pooling} pooling`,
    `input ${formatShape(inputShape)}`,
    ...(slices === 'last' ? ['every group reads the last slice'] : []),
    ...revisionWords(config),
  ].join(', ');
}

function revisionWords({ revision }: NetworkConfig): string[] {
  return [
    ...(revision.convBias !== ARTICLE_REVISION.convBias ? ['convolutions with bias'] : []),
    ...(revision.firstGconv2Grouped !== ARTICLE_REVISION.firstGconv2Grouped ? ["stage 2's first unit grouped"] : []),
    ...(revision.bottleneckFrom !== ARTICLE_REVISION.bottleneckFrom ? ['bottleneck from output - input'] : []),
  ];
}

/** Notes, one a line. */
export function describeNotes(notes: readonly Note[]): string[] {
  return notes.map(({ text }) => `note: ${text}`);
}
