// A stated group count that the file's kernels contradict: said at the first grouped convolution, with both shapes,
// before every later layer is reported as mismatched.
import { formatShape } from '../core/tensor.js';
import { groupConvolutions } from '../network/groups.js';
import { input, networkOf } from '../network/symbolic.js';
import { block } from './block.js';
import { buildNetwork } from './build.js';
import type { FileLayers } from './file-layers.js';
import { GroupsConflictError } from './load-errors.js';
import type { LayerPlace } from './names.js';
import type { Observed } from './observe.js';
import { channelsInStages, DEFAULT_SETTINGS, type ShuffleNetSettings, STAGE_TWO_CHANNELS } from './settings.js';

type Shapes = Pick<ShuffleNetSettings, 'scaleFactor' | 'numShuffleUnits' | 'bottleneckRatio' | 'revision'>;

/** Throws when the file stores another number of kernels per grouped convolution than `groups`. */
export function checkGroups(layers: FileLayers, seen: Observed, groups: number, settings: Shapes): void {
  const { storedGroups } = seen;
  if (!STAGE_TWO_CHANNELS.has(groups) || groups === storedGroups) return;
  const grouped = groupedNames(Math.max(groups, storedGroups), settings);
  const layer = [...layers.placed.values()].find(({ place }) => place.group === 0 || grouped.has(place.base));
  const kernel = layer?.weights.find(({ role }) => role === 'kernel');
  if (layer === undefined || kernel === undefined) return;
  const found = describe(storedGroups, kernel.shape);
  throw new GroupsConflictError(layer.place.base, found, expectedKernels(layer.place, groups, settings), storedGroups);
}

/** The convolutions that a network of so many groups groups: those of one whose channels are sure to divide. */
function groupedNames(groups: number, { numShuffleUnits, revision }: Shapes): ReadonlySet<string> {
  if (!STAGE_TWO_CHANNELS.has(groups)) return new Set();
  const divisible = { ...revision, bottleneckFrom: 'out' } as const;
  const network = buildNetwork({ ...DEFAULT_SETTINGS, groups, numShuffleUnits, revision: divisible });
  return new Set(groupConvolutions(network).map(({ name }) => name));
}

const describe = (groups: number, shape: readonly number[]): string =>
  groups === 1 ? `one kernel of shape ${formatShape(shape)}` : `${groups} kernels of shape ${formatShape(shape)}`;

/** The kernels that the stated network has in that place. Its channels may not divide into its groups, and that is said. */
function expectedKernels({ base, stage = 2 }: LayerPlace, groups: number, settings: Shapes): string {
  const whole = wholeKernel(base, stage, groups, settings);
  if (whole === undefined) return 'no such layer in the network that is stated';
  const [height, width, into, out] = whole as [number, number, number, number];
  if (into % groups !== 0 || out % groups !== 0) {
    return `${groups} kernels that share one of shape ${formatShape(whole)}, which does not divide`;
  }
  return describe(groups, [height, width, into / groups, out / groups]);
}

/** A convolution's kernel undivided: the stage built with the channels of `groups` groups, and none of its slices. */
function wholeKernel(base: string, stage: number, groups: number, settings: Shapes): readonly number[] | undefined {
  const { numShuffleUnits, bottleneckRatio, revision } = settings;
  const repeat = numShuffleUnits[stage - 2];
  if (repeat === undefined) return undefined;
  const channelMap = channelsInStages({ ...settings, groups });
  const x = input([null, null, channelMap[stage - 2]!]);
  const end = block(x, { channelMap, repeat, bottleneckRatio, stage, revision });
  return networkOf(end, '').layers.find(({ name }) => name === base)?.weights.kernel;
}
