// When settings do not build, which ones near them do. Answered by building, so that the rule stands in one place.
import { buildNetwork } from './build.js';
import { IndivisibleChannelsError } from './errors.js';
import { type ShuffleNetSettings, STAGE_TWO_CHANNELS } from './settings.js';

const SCALES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const RATIOS = [0.25, 0.5, 1];

/** The error again, with the settings that work when only one of group count, scale and ratio is changed. */
export function withNeighbours(
  error: IndivisibleChannelsError,
  settings: ShuffleNetSettings,
): IndivisibleChannelsError {
  const { layer, side, channels, groups } = error;
  return new IndivisibleChannelsError(layer, side, channels, groups, describe(settings));
}

function describe(settings: ShuffleNetSettings): string {
  const options = [
    ['groups', [...STAGE_TWO_CHANNELS.keys()].filter((groups) => builds({ ...settings, groups }))],
    ['scale factor', SCALES.filter((scaleFactor) => builds({ ...settings, scaleFactor }))],
    ['bottleneck ratio', RATIOS.filter((bottleneckRatio) => builds({ ...settings, bottleneckRatio }))],
  ] as const;
  const lines = options.filter(([, works]) => works.length > 0).map(([name, works]) => `${name} ${works.join(', ')}`);
  // Never empty: one group divides everything.
  return `with all else as it is, these work: ${lines.join('; ')}`;
}

function builds(settings: ShuffleNetSettings): boolean {
  try {
    buildNetwork(settings);
    return true;
  } catch (error) {
    if (error instanceof IndivisibleChannelsError) return false;
    throw error;
  }
}
