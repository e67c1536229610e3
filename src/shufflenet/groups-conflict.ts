// A stated group count that the file's kernels contradict: said at the first grouped convolution, with both shapes,
// before every later layer is reported as mismatched.
import { formatShape } from '../core/tensor.js';
import type { FileLayers, PlacedLayer } from './file-layers.js';
import { GroupsConflictError } from './load-errors.js';
import type { Observed } from './observe.js';
import { channelsInStages, type ShuffleNetSettings, STAGE_TWO_CHANNELS } from './settings.js';

/** Throws when the file stores another number of kernels per grouped convolution than `groups`. */
export function checkGroups(
  layers: FileLayers,
  seen: Observed,
  groups: number,
  settings: Pick<ShuffleNetSettings, 'scaleFactor' | 'numShuffleUnits' | 'bottleneckRatio'>,
): void {
  if (!STAGE_TWO_CHANNELS.has(groups) || groups === seen.storedGroups) return;
  const layer = [...layers.placed.values()].find(({ place }) => place.group === 0 || isGrouped(place));
  const kernel = layer?.weights.find(({ role }) => role === 'kernel');
  if (layer === undefined || kernel === undefined) return;
  const name = layer.place.base;
  const found = `${describe(seen.storedGroups, kernel.shape)}`;
  throw new GroupsConflictError(
    name,
    found,
    describe(groups, expectedShape(layer, groups, settings)),
    seen.storedGroups,
  );
}

/** Whether a convolution stored whole would be in parts, had the network more than one group. */
function isGrouped({ kind, stage, block }: PlacedLayer['place']): boolean {
  return kind.startsWith('1x1_gconv') && !(stage === 2 && block === 1);
}

const describe = (groups: number, shape: readonly number[]): string =>
  groups === 1 ? `one kernel of shape ${formatShape(shape)}` : `${groups} kernels of shape ${formatShape(shape)}`;

function expectedShape(
  { place }: PlacedLayer,
  groups: number,
  settings: Pick<ShuffleNetSettings, 'scaleFactor' | 'numShuffleUnits' | 'bottleneckRatio'>,
): number[] {
  const channels = channelsInStages({ ...settings, groups });
  const { stage = 2, block = 1, kind } = place;
  const out = channels[stage - 1] ?? 0;
  const into = block === 1 ? (channels[stage - 2] ?? 0) : out;
  const bottleneck = Math.trunc(out * settings.bottleneckRatio);
  const [from, to] = kind === '1x1_gconv_1' ? [into, bottleneck] : [bottleneck, block === 1 ? out - into : out];
  return [1, 1, Math.trunc(from / groups), Math.trunc(to / groups)];
}
