// Checkpoint -> settings: what the names and shapes say, what the architecture JSON says, what nobody says.

import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type ConfigLayer, configInputShape, configLayers } from '../checkpoint/model-config.js';
import { isShuffleportError } from '../core/errors.js';
import type { Note } from '../core/weights.js';
import type { Shape } from '../network/layer.js';
import { type FileLayers, readFileLayers } from './file-layers.js';
import { checkGroups } from './groups-conflict.js';
import { ChannelsFirstError, NoLayersError, NotShuffleNetError } from './load-errors.js';
import { settingsFromMetadata } from './metadata.js';
import type { NamingScheme } from './names.js';
import { type Observed, observe } from './observe.js';
import { readByOrder } from './order.js';
import {
  channelsInStages,
  type Pooling,
  type Revision,
  type ShuffleNetSettings,
  STAGE_TWO_CHANNELS,
} from './settings.js';

/** Settings as far as a file gives them away: `pooling` stays undefined where it does not. */
export type InferredSettings = Omit<ShuffleNetSettings, 'pooling'> & { readonly pooling: Pooling | null | undefined };

/** What a file says about its network. */
export interface Inference {
  readonly settings: InferredSettings;
  /** Who told the pooling. */
  readonly poolingSource: 'flag' | 'config' | 'metadata' | 'none';
  readonly layers: FileLayers;
  readonly notes: readonly Note[];
}

/** Settings the caller states instead of the file, and the scheme to read names under. */
export interface Overrides extends Partial<ShuffleNetSettings> {
  readonly scheme?: NamingScheme;
  /** `order`: ignore names, take the layers of each class in their order. */
  readonly map?: 'name' | 'order';
}

/** Works out the settings of the ShuffleNet in `checkpoint`; throws `NotShuffleNetError` when there is none. */
export function inferSettings(checkpoint: Checkpoint, overrides: Overrides = {}): Inference {
  const { scheme, map = 'name', ...stated } = overrides;
  const layers = map === 'order' ? readByOrder(checkpoint) : readFileLayers(checkpoint, scheme);
  const seen = observe(layers);
  if (seen.units.length === 0) throw nothingMatched(checkpoint, layers);
  const config = configLayers(checkpoint.modelConfig);
  const channelsFirst = config.find((layer) => layer.config.data_format === 'channels_first');
  if (channelsFirst !== undefined) throw new ChannelsFirstError(channelsFirst.name);
  const told = settingsFromMetadata(checkpoint.metadata) ?? {};
  checkStatedGroups(layers, seen, stated);
  const settings = { ...fromShapes(seen, { ...told, ...stated }, inputShapeOf(seen, config)), ...told, ...stated };
  const { pooling } = poolingOf(settings.includeTop, stated, told, config, layers);
  return {
    settings: { ...settings, pooling },
    poolingSource: poolingSource(stated, told, pooling),
    layers,
    notes: [...layers.notes, ...lambdaNote(config)],
  };
}

/** A stated group count is held against what the file's shapes say without it. */
function checkStatedGroups(
  layers: FileLayers,
  seen: Observed,
  { groups, ...others }: Partial<ShuffleNetSettings>,
): void {
  if (groups === undefined) return;
  const inferred = fromShapes(seen, others, [null, null, 3]);
  if (groups !== inferred.groups) checkGroups(layers, seen, groups, inferred);
}

function nothingMatched(checkpoint: Checkpoint, layers: FileLayers): Error {
  if (checkpoint.layers.every(({ weights }) => weights.length === 0)) return new NoLayersError(checkpoint);
  return new NotShuffleNetError(checkpoint, layers, fitsByOrder(checkpoint));
}

/** Whether the layers, names aside, are as many of each class as some ShuffleNet has. */
function fitsByOrder(checkpoint: Checkpoint): boolean {
  try {
    return readByOrder(checkpoint).placed.size > 0;
  } catch (error) {
    if (isShuffleportError(error)) return false;
    throw error;
  }
}

function fromShapes(seen: Observed, stated: Partial<ShuffleNetSettings>, inputShape: Shape): InferredSettings {
  const numShuffleUnits = stated.numShuffleUnits ?? unitsPerStage(seen);
  const groups = stated.groups ?? groupsOf(seen);
  const scaleFactor = stated.scaleFactor ?? bestScale(seen, groups, numShuffleUnits).scale;
  const channels = channelsInStages({ groups, scaleFactor, numShuffleUnits });
  const bottleneckFrom = bottleneckOrigin(seen, channels);
  const revision: Revision = {
    convBias: seen.biased > seen.unbiased,
    firstGconv2Grouped: seen.firstGconv2Grouped,
    bottleneckFrom,
  };
  return {
    groups,
    scaleFactor,
    numShuffleUnits,
    bottleneckRatio: stated.bottleneckRatio ?? bottleneckRatio(seen, channels, bottleneckFrom),
    classes: seen.classes ?? 1000,
    includeTop: seen.classes !== undefined,
    pooling: undefined,
    inputShape,
    slices: 'own',
    revision,
  };
}

function unitsPerStage({ units }: Observed): number[] {
  const stages = Math.max(...units.map((unit) => unit.stage)) - 1;
  return Array.from({ length: stages }, (_, index) => {
    const blocks = units.filter((unit) => unit.stage === index + 2).map((unit) => unit.block);
    return Math.max(1, ...blocks) - 1;
  });
}

/** Group kernels stored one by one count themselves; fused ones are told by the channel table. */
function groupsOf(seen: Observed): number {
  if (STAGE_TWO_CHANNELS.has(seen.storedGroups) && seen.storedGroups > 1) return seen.storedGroups;
  const units = unitsPerStage(seen);
  const scored = [...STAGE_TWO_CHANNELS.keys()].map((groups) => ({ groups, ...bestScale(seen, groups, units) }));
  return scored.reduce((a, b) => (b.matches > a.matches ? b : a)).groups;
}

/** Scales tried, in quarters: up to 16x, eight times the largest in the paper. */
const MAX_QUARTERS = 64;

/** The scale whose channel table agrees with most of what was seen (one damaged layer does not decide). */
function bestScale(
  seen: Observed,
  groups: number,
  numShuffleUnits: readonly number[],
): { scale: number; matches: number } {
  let best = { scale: 1, matches: -1 };
  for (let quarters = 1; quarters <= MAX_QUARTERS; quarters++) {
    const channels = channelsInStages({ groups, scaleFactor: quarters / 4, numShuffleUnits });
    const matches = seen.units.filter((unit) => unit.branch === branchChannels(unit, channels)).length;
    const total = matches + (seen.conv1?.outChannels === channels[0] ? 1 : 0);
    if (total > best.matches) best = { scale: quarters / 4, matches: total };
  }
  return best;
}

function branchChannels({ stage, block }: { stage: number; block: number }, channels: readonly number[]): number {
  const out = channels[stage - 1] ?? 0;
  return block === 1 ? out - (channels[stage - 2] ?? 0) : out;
}

function bottleneckOrigin(seen: Observed, channels: readonly number[]): Revision['bottleneckFrom'] {
  const ratioOf = (from: Revision['bottleneckFrom']): number => matchingRatio(seen, channels, from).matches;
  return ratioOf('out-in') > ratioOf('out') ? 'out-in' : 'out';
}

function bottleneckRatio(seen: Observed, channels: readonly number[], from: Revision['bottleneckFrom']): number {
  return matchingRatio(seen, channels, from).ratio;
}

/** Ratios in the order of how likely they are: quarters first, then thirds, eighths, and each hundredth. */
const RATIOS = [
  0.25,
  0.5,
  1,
  0.75,
  1 / 3,
  0.125,
  2 / 3,
  1 / 6,
  0.0625,
  2,
  ...Array.from({ length: 200 }, (_, i) => (i + 1) / 100),
];

function matchingRatio(
  seen: Observed,
  channels: readonly number[],
  from: Revision['bottleneckFrom'],
): { ratio: number; matches: number } {
  const basis = (unit: { stage: number; block: number }): number =>
    from === 'out' ? (channels[unit.stage - 1] ?? 0) : branchChannels(unit, channels);
  let best = { ratio: 0.25, matches: 0 };
  for (const ratio of RATIOS) {
    const matches = seen.units.filter((unit) => unit.bottleneck === Math.trunc(basis(unit) * ratio)).length;
    if (matches > best.matches) best = { ratio, matches };
  }
  return best;
}

function inputShapeOf(seen: Observed, config: readonly ConfigLayer[]): Shape {
  const stated = configInputShape(config);
  if (stated !== undefined && typeof stated[2] === 'number') return stated;
  return [null, null, seen.conv1?.inChannels ?? 3];
}

type PoolingSource = Inference['poolingSource'];

function poolingSource(
  stated: Partial<ShuffleNetSettings>,
  told: Partial<ShuffleNetSettings>,
  pooling: Pooling | null | undefined,
): PoolingSource {
  if (stated.pooling !== undefined) return 'flag';
  if (told.pooling !== undefined) return 'metadata';
  return pooling === undefined ? 'none' : 'config';
}

function poolingOf(
  includeTop: boolean,
  stated: Partial<ShuffleNetSettings>,
  told: Partial<ShuffleNetSettings>,
  config: readonly ConfigLayer[],
  layers: FileLayers,
): { pooling: Pooling | null | undefined } {
  if (stated.pooling !== undefined) return { pooling: stated.pooling };
  if (told.pooling !== undefined) return { pooling: told.pooling };
  const pooling = poolingInConfig(config, layers);
  return { pooling: pooling === null && includeTop ? undefined : pooling };
}

/** `undefined` without a config; `null` when the config lists the network but no global pooling. */
function poolingInConfig(config: readonly ConfigLayer[], layers: FileLayers): Pooling | null | undefined {
  if (config.length === 0) return undefined;
  const classes = config
    .filter(({ name }) => name === layers.fileName('global_pool'))
    .map(({ className }) => className);
  if (classes.some((name) => /^GlobalAvg|^GlobalAverage/.test(name))) return 'avg';
  if (classes.some((name) => /^GlobalMax/.test(name))) return 'max';
  return null;
}

function lambdaNote(config: readonly ConfigLayer[]): Note[] {
  const lambdas = config.filter(({ className }) => className === 'Lambda').length;
  if (lambdas === 0) return [];
  const text = `The file holds ${lambdas} Lambda layers; their code is not run. Outputs made by reloading this file in Keras are no valid reference if its slices are the article's lambdas: each would read the last group.`;
  return [{ id: 'lambda-layers', text }];
}
