// What can go wrong when a file meets the network: it is another network, or its weights do not all fit.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { ShuffleportError } from '../core/errors.js';
import { formatCount, plural, printable } from '../core/text.js';
import type { LoadReport } from '../network/model.js';
import { type AmbiguousName, type FileLayers, someNames } from './file-layers.js';
import { advice, describeProblems } from './load-report.js';
import { describeOther, type OtherNetwork } from './other-networks.js';

/** The file is readable and lists no layer with weights. */
export class NoLayersError extends ShuffleportError {
  readonly tag = 'NoLayers';
  readonly kind = 'file';
  constructor(checkpoint: Checkpoint) {
    const { length } = checkpoint.layers;
    super({
      what: 'The file holds no layers with weights.',
      found: length === 0 ? 'an empty list of layers' : `${plural(length, 'layer')}, none with a weight`,
      next: 'save the weights again from the trained model; a model saved before it was built looks like this',
    });
  }
}

/** The file's layers are those of another network. */
export class NotShuffleNetError extends ShuffleportError {
  readonly tag = 'NotShuffleNet';
  readonly kind = 'file';
  /** What it looks like, where that is known: `ShuffleNet V2`, `MobileNet`. */
  readonly looksLike: string | undefined;
  /** Where it is built otherwise than the article's network, when it is a ShuffleNet of its own; else empty. */
  readonly differences: readonly string[];
  constructor(checkpoint: Checkpoint, layers: FileLayers, fitsByOrder = false) {
    const other = describeOther(checkpoint);
    const weighted = checkpoint.layers.filter((layer) => layer.weights.length > 0);
    const relative = other?.differences !== undefined;
    const nameless = !relative && (checkpoint.named === false || other?.id === 'automatic names');
    super({
      what: whatItIs(nameless, relative, plural(weighted.length, 'weighted layer')),
      found: [...describe(other), `layers such as ${someNames(weighted)}`].join('; '),
      expected: `stage2/block1/1x1_gconv_1 and so on (first missing layer: ${firstMissing(layers)})`,
      next: nameless ? namelessAdvice(fitsByOrder) : (other?.next ?? '`inspect` lists what is in the file'),
    });
    this.looksLike = other?.id;
    this.differences = other?.differences ?? [];
  }
}

function whatItIs(nameless: boolean, relative: boolean, layers: string): string {
  if (nameless) return `The file does not name its layers, so none can be loaded by name: 0 of ${layers} matched.`;
  const plain = `This is no checkpoint of the article's ShuffleNet: 0 of its ${layers} matched a shuffle unit.`;
  return relative ? `${plain} It is a network of its own, which is listed whole and not run.` : plain;
}

function describe(other: OtherNetwork | undefined): string[] {
  if (other === undefined) return [];
  const { text, differences } = other;
  return differences === undefined ? [text] : [text, `unlike the article's network: ${differences.join('; ')}`];
}

function namelessAdvice(fitsByOrder: boolean): string {
  const keras = 'load the `.keras` file of the same model, which keeps the names';
  if (!fitsByOrder) return `${keras}; the layers do not fit the article's order either`;
  return `${keras}; or map by order: the number of layers of each class fits the article's network exactly (--map order)`;
}

const firstMissing = ({ placed }: FileLayers): string => (placed.has('conv1') ? 'stage2/block1/1x1_gconv_1' : 'conv1');

/** The architecture in the file is for images with the channels first. */
export class ChannelsFirstError extends ShuffleportError {
  readonly tag = 'ChannelsFirst';
  readonly kind = 'file';
  readonly layer: string;
  constructor(layer: string) {
    super({
      what: 'The network was built with data_format channels_first, which is not run.',
      where: printable(layer),
      found: 'channels_first: (batch, channels, height, width)',
      expected: 'channels_last, which the article states: its channel shuffle works on the last axis',
      next: 'rebuild the model in Python with channels_last, load the weights by name (kernels are stored the same), and save it again',
    });
    this.layer = layer;
  }
}

/** The numbers in the layers' names make a network that nobody builds. */
export class TooManyUnitsError extends ShuffleportError {
  readonly tag = 'TooManyUnits';
  readonly kind = 'file';
  constructor(claimed: number, seen: number, most: number) {
    super({
      what: 'The layer names number more shuffle units than are read.',
      found: `names up to ${plural(claimed, 'unit')}, and layers of ${formatCount(seen)} of them`,
      expected: `${formatCount(most)} units in all at most (the paper's networks have 16)`,
      next: '`inspect` lists what is in the file; do not trust a file with such names',
    });
  }
}

/** Mapping by order was asked for, and the numbers of layers do not fit. */
export class OrderMismatchError extends ShuffleportError {
  readonly tag = 'OrderMismatch';
  readonly kind = 'file';
  constructor(layerClass: string, found: number, expected: number) {
    super({
      what: 'The layers cannot be mapped by their order: their number does not fit.',
      found: `${found} layers of the class ${layerClass}`,
      expected: String(expected),
      next: '`inspect` lists what is in the file',
    });
  }
}

/** The caller states a group count and the file's kernels are stored for another. */
export class GroupsConflictError extends ShuffleportError {
  readonly tag = 'GroupsConflict';
  readonly kind = 'file';
  readonly layer: string;
  constructor(layer: string, found: string, expected: string, storedGroups: number) {
    super({
      what: 'The file is of a network with another number of groups.',
      where: layer,
      found,
      expected,
      next: `leave the group count out, or state ${storedGroups}`,
    });
    this.layer = layer;
  }
}

/** Two layers of the file are read as the same layer of the network. */
export class AmbiguousNameError extends ShuffleportError {
  readonly tag = 'AmbiguousName';
  readonly kind = 'file';
  /** The network's layer. */
  readonly layer: string;
  /** As the file calls them. */
  readonly names: readonly [string, string];
  constructor({ articleName, names }: AmbiguousName) {
    const [first, second] = names.map((name) => `"${printable(name)}"`);
    super({
      what: 'Two layers of the file stand for the same layer of the network; nothing was loaded.',
      where: articleName,
      found: first === second ? `${first} twice` : `${first} and ${second}`,
      expected: 'one layer for each of the network',
      next: 'save the one network alone, or rename the layer that is not meant',
    });
    this.layer = articleName;
    this.names = names;
  }
}

/** The weights do not all fit, so none is used. Carries the full report. */
export class LoadError extends ShuffleportError {
  readonly tag = 'Load';
  readonly kind = 'file';
  readonly report: LoadReport;
  constructor(report: LoadReport, networkName: string) {
    const problems = describeProblems(report);
    super({
      what: `The weights do not fit ${networkName}; nothing was loaded.`,
      where: problems[0]?.layer,
      found: problems.map(({ text }) => text).join('\n'),
      expected: 'every weight of the network, once, of the right shape, finite',
      next: advice(report),
    });
    this.report = report;
  }
}
