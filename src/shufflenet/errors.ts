// What can be wrong with a ShuffleNet's settings. Messages begin with the article's (or Keras's) own sentence, so
// that a search for it finds ours. Errors about files meeting networks are in load-errors.ts.
import { ShuffleportError } from '../core/errors.js';
import { formatShape } from '../core/tensor.js';
import { plural } from '../core/text.js';
import type { Shape } from '../network/layer.js';

/** A group count the article has no channel table for. */
export class InvalidGroupsError extends ShuffleportError {
  readonly tag = 'InvalidGroups';
  readonly kind = 'usage';
  readonly groups: number;
  constructor(groups: number) {
    super({
      what: 'Invalid number of groups.',
      found: String(groups),
      expected: '1, 2, 3, 4 or 8 (the paper, table 1, has output channels for these only)',
      next: 'take the group count of the trained network; a file of weights tells it, so it may be left out there',
    });
    this.groups = groups;
  }
}

/** A pooling mode that is none, or none at all under a top. */
export class InvalidPoolingError extends ShuffleportError {
  readonly tag = 'InvalidPooling';
  readonly kind = 'usage';
  constructor(pooling: unknown, includeTop: boolean) {
    super({
      what: 'Invalid value for pooling.',
      found: String(pooling),
      expected: includeTop ? "'max' or 'avg'" : "'max', 'avg', or null for the 4-D output of the last stage",
      next:
        pooling === null
          ? 'the top needs a pooled vector: name a pooling, or leave the top out (includeTop: false)'
          : "the article's default is 'max'; its public training script used 'avg'",
    });
  }
}

/** A scale factor that is no multiple of a quarter. */
export class InvalidScaleFactorError extends ShuffleportError {
  readonly tag = 'InvalidScaleFactor';
  readonly kind = 'usage';
  readonly scaleFactor: number;
  constructor(scaleFactor: number) {
    const quarter = Math.max(1, Math.floor(scaleFactor * 4)) / 4;
    super({
      what: 'Invalid value for scale_factor. Should be x over 4.',
      found: String(scaleFactor),
      expected: 'a positive multiple of 0.25',
      next: scaleFactor > 0 ? `the nearest are ${quarter} and ${quarter + 0.25}` : '1 is the unscaled network',
    });
    this.scaleFactor = scaleFactor;
  }
}

/** An input smaller than the network's five halvings can take. */
export class InputSizeError extends ShuffleportError {
  readonly tag = 'InputSize';
  readonly kind = 'usage';
  constructor(shape: Shape) {
    super({
      what: `Input size must be at least 28x28; got \`input_shape=${formatShape(shape)}\``,
      next: 'resize the input, or pad it',
    });
  }
}

/** A top on an input of unknown size, which the article refuses. */
export class UnknownInputSizeError extends ShuffleportError {
  readonly tag = 'UnknownInputSize';
  readonly kind = 'usage';
  constructor(shape: Shape) {
    super({
      what: `If \`include_top\` is True, you should specify a static \`input_shape\`. Got \`input_shape=${formatShape(shape)}\``,
      next: 'give height and width, or leave the top out (includeTop: false)',
    });
  }
}

/** Any other setting that cannot be used. */
export class InvalidSettingError extends ShuffleportError {
  readonly tag = 'InvalidSetting';
  readonly kind = 'usage';
  readonly setting: string;
  constructor(setting: string, value: unknown, expected: string) {
    super({ what: `Invalid value for ${setting}.`, found: JSON.stringify(value) ?? String(value), expected });
    this.setting = setting;
  }
}

/** Names of classes, more or fewer than there are classes: they are of another network, or a line is missing. */
export class LabelCountError extends ShuffleportError {
  readonly tag = 'LabelCount';
  readonly kind = 'usage';
  constructor(labels: number, classes: number) {
    super({
      what: 'The labels are not those of this network.',
      found: plural(labels, 'label'),
      expected: `${classes}, one for each class`,
      next: 'give the names of the classes in the order of training, one a line',
    });
  }
}

/** Channels that do not divide into the groups. The article asserts it, with an empty message. */
export class IndivisibleChannelsError extends ShuffleportError {
  readonly tag = 'IndivisibleChannels';
  readonly kind = 'usage';
  readonly layer: string;
  readonly side: 'in' | 'out';
  readonly channels: number;
  readonly groups: number;
  constructor(layer: string, side: 'in' | 'out', channels: number, groups: number, next?: string) {
    super({
      what: `${side}_channels % groups == 0 does not hold: ${channels} ${side}put channels do not divide into ${groups} groups.`,
      where: layer,
      found: `${channels} % ${groups} = ${channels % groups}`,
      expected: `a multiple of ${groups}`,
      next: next ?? 'choose another group count or channel number',
    });
    this.layer = layer;
    this.side = side;
    this.channels = channels;
    this.groups = groups;
  }
}
