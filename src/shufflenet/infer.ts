// Checkpoint -> settings: what the names and shapes say, what the architecture JSON says, what nobody says.

import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type ConfigLayer, configInputShape, configLayers } from '../checkpoint/model-config.js';
import { isShuffleportError } from '../core/errors.js';
import type { Note } from '../core/weights.js';
import type { Shape } from '../network/layer.js';
import { unitAt } from './block.js';
import { type FileLayers, readFileLayers } from './file-layers.js';
import { checkGroups } from './groups-conflict.js';
import { inferPooling, type PoolingSource } from './infer-pooling.js';
import { inputChannels, inputChannelsNote } from './input-channels.js';
import type { KernelOrder } from './kernel-order.js';
import { ChannelsFirstError, NoLayersError, NotShuffleNetError, TooManyUnitsError } from './load-errors.js';
import { settingsFromMetadata } from './metadata.js';
import type { NamingScheme } from './names.js';
import { type Observed, type ObservedUnit, observe } from './observe.js';
import { readByOrder } from './order.js';
import {
  channelsInStages,
  MAX_UNITS,
  type Pooling,
  type Revision,
  type ShuffleNetSettings,
  STAGE_TWO_CHANNELS,
  unitCount,
} from './settings.js';
import { unitChannels } from './shuffle-unit.js';
import { cropsChannels, slicesInConfig } from './slices-in-config.js';

/** Settings as far as a file gives them away: `pooling` stays undefined where it does not. */
export type InferredSettings = Omit<ShuffleNetSettings, 'pooling'> & { readonly pooling: Pooling | null | undefined };

/** What a file says about its network. */
export interface Inference {
  readonly settings: InferredSettings;
  /** Who told the pooling. */
  readonly poolingSource: PoolingSource;
  readonly layers: FileLayers;
  readonly notes: readonly Note[];
}

/** Settings the caller states instead of the file, and the scheme to read names under. */
export interface Overrides extends Partial<ShuffleNetSettings> {
  readonly scheme?: NamingScheme;
  /** `order`: ignore names, take the layers of each class in their order. */
  readonly map?: 'name' | 'order';
  /** The axis order of the file's convolution kernels; Keras's own, `hwio`, when left out. */
  readonly kernelOrder?: KernelOrder;
}

/** Works out the settings of the ShuffleNet in `checkpoint`; throws `NotShuffleNetError` when there is none. */
export function inferSettings(checkpoint: Checkpoint, overrides: Overrides = {}): Inference {
  const { scheme, map = 'name', kernelOrder, ...stated } = overrides;
  const layers =
    map === 'order' ? readByOrder(checkpoint, kernelOrder) : readFileLayers(checkpoint, { scheme, kernelOrder });
  const seen = observe(layers);
  if (seen.units.length === 0) throw nothingMatched(checkpoint, layers);
  const claimed = unitCount(unitsPerStage(seen));
  if (claimed > MAX_UNITS) throw new TooManyUnitsError(claimed, seen.units.length, MAX_UNITS);
  const config = configLayers(checkpoint.modelConfig);
  const channelsFirst = config.find((layer) => layer.config.data_format === 'channels_first' && !cropsChannels(layer));
  if (channelsFirst !== undefined) throw new ChannelsFirstError(channelsFirst.name);
  const told: Partial<ShuffleNetSettings> = settingsFromMetadata(checkpoint.metadata) ?? {};
  checkStatedGroups(layers, seen, stated);
  const shape = configShape(config);
  const slices = slicesInConfig(config);
  const seenThere = { ...fromShapes(seen, { ...told, ...stated }, shape), ...(slices && { slices }) };
  const settings = { ...seenThere, ...told, ...stated };
  const inputTold = shape ?? told.inputShape ?? stated.inputShape;
  const { pooling, poolingSource } = inferPooling(stated, told, settings.includeTop, config, layers);
  return {
    settings: { ...settings, pooling },
    poolingSource,
    layers,
    notes: [...layers.notes, ...(inputTold ? [] : inputChannelsNote(settings.inputShape[2]!)), ...lambdaNote(config)],
  };
}

/** A stated group count is held against what the file's shapes say without it. */
function checkStatedGroups(
  layers: FileLayers,
  seen: Observed,
  { groups, ...others }: Partial<ShuffleNetSettings>,
): void {
  if (groups === undefined) return;
  const inferred = fromShapes(seen, others, undefined);
  if (groups !== inferred.groups) checkGroups(layers, seen, groups, inferred);
}

function nothingMatched(checkpoint: Checkpoint, layers: FileLayers): Error {
  if (checkpoint.layers.every(({ weights }) => weights.length === 0)) return new NoLayersError(checkpoint);
  return new NotShuffleNetError(checkpoint, layers, fitsByOrder(checkpoint));
}

/** Whether the layers, names aside, are as many of each class as some ShuffleNet has. */
function fitsByOrder(checkpoint: Checkpoint): boolean {
  try {
    readByOrder(checkpoint);
    return true;
  } catch (error) {
    if (isShuffleportError(error)) return false;
    throw error;
  }
}

function fromShapes(
  seen: Observed,
  stated: Partial<ShuffleNetSettings>,
  inputShape: Shape | undefined,
): InferredSettings {
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
    inputShape: inputShape ?? [null, null, inputChannels(seen.conv1, channels[0]!)],
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
    const matches = seen.units.filter((unit) => unit.branch === branchOf(unit, channels)).length;
    const total = matches + (seen.conv1?.[3] === channels[0] ? 1 : 0);
    if (total > best.matches) best = { scale: quarters / 4, matches: total };
  }
  return best;
}

const branchOf = (unit: ObservedUnit, channels: readonly number[]): number =>
  unitChannels({ ...unitAt(channels, unit), bottleneckRatio: 1 }, 'out').branch;

function bottleneckOrigin(seen: Observed, channels: readonly number[]): Revision['bottleneckFrom'] {
  const ratioOf = (from: Revision['bottleneckFrom']): number => matchingRatio(seen, channels, from).matches;
  const out = ratioOf('out');
  // Nothing does better than all of them.
  return out < seen.units.length && ratioOf('out-in') > out ? 'out-in' : 'out';
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
  let best = { ratio: 0.25, matches: 0 };
  for (const bottleneckRatio of RATIOS) {
    const expected = (unit: ObservedUnit): number =>
      unitChannels({ ...unitAt(channels, unit), bottleneckRatio }, from).bottleneck;
    const matches = seen.units.filter((unit) => unit.bottleneck === expected(unit)).length;
    if (matches > best.matches) best = { ratio: bottleneckRatio, matches };
    if (matches === seen.units.length) break;
  }
  return best;
}

/** What the architecture says of the input, where it says how many channels. */
function configShape(config: readonly ConfigLayer[]): Shape | undefined {
  const shape = configInputShape(config);
  return typeof shape?.[2] === 'number' ? shape : undefined;
}

function lambdaNote(config: readonly ConfigLayer[]): Note[] {
  const lambdas = config.filter(({ className }) => className === 'Lambda').length;
  if (lambdas === 0) return [];
  const text = `The file holds ${lambdas} Lambda layers; their code is not run. Outputs made by reloading this file in Keras are no valid reference if its slices are the article's lambdas: each would read the last group.`;
  return [{ id: 'lambda-layers', text }];
}
