// What distinguishes one ShuffleNet from another, with the article's defaults and its checks.
// Read first in this room, then shufflenet.ts, block.ts, shuffle-unit.ts, group-conv.ts, in the article's own order.
import type { Shape } from '../network/layer.js';
import {
  InputSizeError,
  InvalidGroupsError,
  InvalidPoolingError,
  InvalidScaleFactorError,
  InvalidSettingError,
} from './errors.js';

/** Global pooling before the top: `max` (the article's default) or `avg` (what its public training script used). */
export type Pooling = 'max' | 'avg';

/**
 * Which slice each group of a grouped convolution reads: its `own`, as written, or all of them the `last`, which is
 * what the article's late-binding lambdas compute under TensorFlow 2 (so what a network trained there has learned).
 */
export type Slices = 'own' | 'last';

/** Where revisions of the article's code differ in shapes (scheckmedia/keras-shufflenet, October to December 2017). */
export interface Revision {
  /** Convolutions carry a bias (until commit d5e2e36). */
  readonly convBias: boolean;
  /** `gconv_2` of stage 2's first unit is grouped (until commit 2645f66). */
  readonly firstGconv2Grouped: boolean;
  /** Bottleneck channels come from the output, or from `output - input` in strided units (until commit 80d6ff9). */
  readonly bottleneckFrom: 'out' | 'out-in';
}

/** The article as it stands. */
export const ARTICLE_REVISION: Revision = { convBias: false, firstGconv2Grouped: false, bottleneckFrom: 'out' };

/** Everything that decides a network, all of it known. */
export interface ShuffleNetSettings {
  readonly groups: number;
  /** Scales the channels of every layer: a multiple of a quarter. The paper's 0.25x, 0.5x, 1x, 1.5x, 2x. */
  readonly scaleFactor: number;
  /** Bottleneck channels over output channels of a unit. */
  readonly bottleneckRatio: number;
  /** For each stage, from stage 2 on, the units after its first: `[3, 7, 3]` makes 4, 8 and 4. */
  readonly numShuffleUnits: readonly number[];
  readonly classes: number;
  /** Whether the network ends in `fc` and `softmax`. */
  readonly includeTop: boolean;
  /** `null`, without a top, leaves the last stage's 4-D output. */
  readonly pooling: Pooling | null;
  /** `(height, width, channels)`; height and width may be unknown. */
  readonly inputShape: Shape;
  readonly slices: Slices;
  readonly revision: Revision;
}

/** The article's defaults. */
export const DEFAULT_SETTINGS: ShuffleNetSettings = {
  groups: 1,
  scaleFactor: 1,
  bottleneckRatio: 0.25,
  numShuffleUnits: [3, 7, 3],
  classes: 1000,
  includeTop: true,
  pooling: 'max',
  inputShape: [224, 224, 3],
  slices: 'own',
  revision: ARTICLE_REVISION,
};

/** Output channels of stage 2 at scale 1, by group count (paper, table 1). */
export const STAGE_TWO_CHANNELS: ReadonlyMap<number, number> = new Map([
  [1, 144],
  [2, 200],
  [3, 240],
  [4, 272],
  [8, 384],
]);

/** Smallest height and width the article accepts (`min_size=28`). */
export const MIN_INPUT_SIZE = 28;

/**
 * Most shuffle units of a network. The paper's have 16, and a network is built before anything is known to be wrong
 * with it, so the few numbers in a file's names or metadata must not make one that fills the memory.
 */
export const MAX_UNITS = 1000;

/** Units in all: one, and those after it, for each stage. */
export function unitCount(numShuffleUnits: readonly number[]): number {
  return numShuffleUnits.reduce((sum, repeat) => sum + 1 + repeat, 0);
}

/**
 * Output channels of stage 1 (`conv1`, always 24 at scale 1), stage 2, stage 3, …: each stage doubles the one before.
 * The article's `out_channels_in_stage`; fractions are cut off, as `astype(int)` does.
 */
export function channelsInStages(
  settings: Pick<ShuffleNetSettings, 'groups' | 'scaleFactor' | 'numShuffleUnits'>,
): number[] {
  const { groups, scaleFactor, numShuffleUnits } = settings;
  const stageTwo = STAGE_TWO_CHANNELS.get(groups);
  if (stageTwo === undefined) throw new InvalidGroupsError(groups);
  const stages = numShuffleUnits.map((_, stage) => Math.trunc(stageTwo * 2 ** stage * scaleFactor));
  return [Math.trunc(24 * scaleFactor), ...stages];
}

/** Throws the article's complaint, and more, about the first setting that cannot be used. */
export function checkSettings(settings: ShuffleNetSettings): void {
  const { groups, pooling, scaleFactor, includeTop } = settings;
  checkInputShape(settings.inputShape);
  if (!STAGE_TWO_CHANNELS.has(groups)) throw new InvalidGroupsError(groups);
  if (pooling !== 'max' && pooling !== 'avg' && (pooling !== null || includeTop)) {
    throw new InvalidPoolingError(pooling, includeTop);
  }
  if (!(scaleFactor > 0) || !Number.isInteger(scaleFactor * 4)) throw new InvalidScaleFactorError(scaleFactor);
  expect(
    'bottleneck_ratio',
    settings.bottleneckRatio,
    settings.bottleneckRatio >= 0,
    'a number from 0 up, mostly 0.25',
  );
  expect(
    'num_shuffle_units',
    settings.numShuffleUnits,
    settings.numShuffleUnits.every(isCount) && unitCount(settings.numShuffleUnits) <= MAX_UNITS,
    `whole numbers from 0 up, ${MAX_UNITS} units in all at most`,
  );
  expect('classes', settings.classes, isCount(settings.classes) && settings.classes > 0, 'a whole number from 1 up');
}

function checkInputShape(shape: Shape): void {
  const [height, width, channels] = shape;
  const known = (size: unknown): boolean => size === null || isCount(size);
  const valid = shape.length === 3 && known(height) && known(width) && isCount(channels) && channels > 0;
  expect('input_shape', shape, valid, '(height, width, channels), all whole numbers; height and width may be null');
  if ((height ?? MIN_INPUT_SIZE) < MIN_INPUT_SIZE || (width ?? MIN_INPUT_SIZE) < MIN_INPUT_SIZE) {
    throw new InputSizeError(shape);
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function expect(setting: string, value: unknown, valid: boolean, expected: string): void {
  if (!valid) throw new InvalidSettingError(setting, value, expected);
}
