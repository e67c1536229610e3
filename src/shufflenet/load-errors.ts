// What can go wrong when a file meets the network: it is another network, or its weights do not all fit.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { ShuffleportError } from '../core/errors.js';
import { formatShape } from '../core/tensor.js';
import { formatCount, listSome, plural, printable } from '../core/text.js';
import type { LoadReport } from '../network/model.js';
import { type FileLayers, someNames } from './file-layers.js';
import { describeOther } from './other-networks.js';

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
  constructor(checkpoint: Checkpoint, layers: FileLayers, fitsByOrder = false) {
    const other = describeOther(checkpoint);
    const weighted = checkpoint.layers.filter((layer) => layer.weights.length > 0);
    const nameless = checkpoint.named === false || other?.id === 'automatic names';
    super({
      what: nameless
        ? `The file does not name its layers, so none can be loaded by name: 0 of ${plural(weighted.length, 'weighted layer')} matched.`
        : `This is no checkpoint of the article's ShuffleNet: 0 of its ${plural(weighted.length, 'weighted layer')} matched a shuffle unit.`,
      found: `${other === undefined ? '' : `${other.text}; `}layers such as ${someNames(weighted)}`,
      expected: `stage2/block1/1x1_gconv_1 and so on (first missing layer: ${firstMissing(layers)})`,
      next: nameless ? namelessAdvice(fitsByOrder) : (other?.next ?? '`inspect` lists what is in the file'),
    });
    this.looksLike = other?.id;
  }
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

/** Problems shown in a message; the report has them all. */
const MOST_SHOWN = 4;

interface Problem {
  readonly layer: string;
  readonly text: string;
}

function describeProblems(report: LoadReport): Problem[] {
  const missing = missingLayers(report);
  return [
    ...some(missing, 'missing layer', ({ layer, text }) => ({ layer, text })),
    ...some(
      report.missing.filter((weight) => weight.layerPresent),
      'missing weight',
      ({ layer, role }) => ({
        layer,
        text: `${layer} has no ${role}`,
      }),
    ),
    ...some(report.unreadable, 'unreadable weight', ({ layer, from, reason }) => ({
      layer,
      text: `${printable(from)} cannot be used: ${reason}`,
    })),
    ...some(report.mismatched, 'wrong shape', ({ layer, role, found, expected, permutation }) => ({
      layer,
      text: `${layer} ${role} is ${formatShape(found)}, expected ${formatShape(expected)}${permuted(permutation)}`,
    })),
    ...some(
      report.nonFinite,
      'tensor with values that are not numbers',
      ({ layer, role, nan, infinite, firstIndex }) => ({
        layer,
        text: `${layer} ${role} holds ${formatCount(nan)} NaN and ${formatCount(infinite)} infinite, the first at [${firstIndex.join(', ')}]`,
      }),
    ),
    ...some(report.negativeVariance, 'negative variance', ({ layer, count, firstIndex, firstValue }) => ({
      layer,
      text: `${layer} moving_variance has ${plural(count, 'negative value')}, the first ${firstValue} at [${firstIndex.join(', ')}]`,
    })),
    ...some(
      report.unused.filter((weight) => weight.ownLayer && !weight.allowed),
      'unused weight',
      ({ layer, weight, shape }) => ({
        layer: printable(layer),
        text: `${printable(weight)} ${formatShape(shape)} of ${printable(layer)} has no place in the network`,
      }),
    ),
  ];
}

function some<T>(items: readonly T[], noun: string, describe: (item: T) => Problem): Problem[] {
  const shown = items.slice(0, MOST_SHOWN).map(describe);
  if (items.length <= MOST_SHOWN) return shown;
  return [
    ...shown,
    { layer: '', text: `and ${plural(items.length - MOST_SHOWN, `more ${noun}`, `more of the kind "${noun}"`)}` },
  ];
}

function missingLayers(report: LoadReport): Problem[] {
  const layers = new Map<string, Problem>();
  for (const { layer, layerPresent, expectedName, nearest } of report.missing) {
    if (layerPresent) continue;
    const near = nearest === undefined ? '' : ` (the file has "${printable(nearest)}", which has no other place)`;
    layers.set(layer, { layer, text: `missing layer ${printable(expectedName)}${near}` });
  }
  return [...layers.values()];
}

const permuted = (permutation: readonly number[] | undefined): string =>
  permutation === undefined
    ? ''
    : `; its axes in the order (${permutation.join(', ')}) would fit${axisOrder(permutation)}`;

function axisOrder(permutation: readonly number[]): string {
  const known = new Map([
    ['2,3,1,0', ': stored OIHW, as PyTorch and Theano do'],
    ['2,3,0,1', ': stored IOHW'],
    ['1,2,3,0', ': stored OHWI, as TensorFlow Lite does'],
    ['1,0', ': stored transposed, as PyTorch does'],
  ]);
  return known.get(permutation.join(',')) ?? '';
}

function advice(report: LoadReport): string {
  if (report.mismatched.some(({ permutation }) => permutation !== undefined)) {
    return 'the kernels are stored in another axis order: transpose them (numpy.transpose with the order above) and save again';
  }
  const curable = report.unreadable.find(({ next }) => next !== undefined);
  if (curable !== undefined) return curable.next!;
  const renamed = report.missing.find(({ nearest }) => nearest !== undefined);
  if (renamed !== undefined) {
    return `if "${printable(renamed.nearest!)}" is ${renamed.layer} under another name, rename it in the file`;
  }
  if (report.nonFinite.length > 0 || report.negativeVariance.length > 0) {
    return 'the training diverged or the file was damaged: take an earlier checkpoint, or the original file';
  }
  if (report.missing.length + report.unreadable.length + report.mismatched.length > 0) {
    return '`inspect` lists what is in the file; state the settings of the network if they were inferred wrongly';
  }
  return `if these weights may be left out, name them: --allow-unused ${listSome(unusedGlobs(report), 1)}`;
}

const unusedGlobs = (report: LoadReport): string[] =>
  report.unused.filter(({ ownLayer, allowed }) => ownLayer && !allowed).map(({ weight }) => `"${printable(weight)}"`);
