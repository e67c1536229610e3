// Networks that users mistake for the article's ShuffleNet, told by their layer names. Recognised, never run: nobody
// has recorded outputs to prove them by. Relatives of the article's network say how they differ from it.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { sortByClass } from './observe-order.js';
import { STAGE_TWO_CHANNELS } from './settings.js';

/** A network recognised by its layer names. */
export interface OtherNetwork {
  readonly id: string;
  /** What the layer names are, to follow "found". */
  readonly text: string;
  /** Of a ShuffleNet that is a network of its own: where it is built otherwise than the article's. */
  readonly differences?: readonly string[];
  readonly next?: string;
}

interface Signature extends OtherNetwork {
  /** Every one of these must match some layer name. */
  readonly names: readonly RegExp[];
  /** What names alone do not tell. */
  readonly fits?: (checkpoint: Checkpoint) => boolean;
}

/** What can be done with a relative. */
const RELATIVE = "take a checkpoint of the article's network; `inspect` lists this one whole, no other command runs it";

const SPLIT =
  'channels are split into two halves and one passes untouched, where the article convolves them in groups and adds';

// Sources: opconty/keras-shufflenetV2 (utils.py), osmr/imgclsmob (keras_), arthurdouillard/keras-shufflenet.
const RELATIVES: readonly Signature[] = [
  {
    id: 'ShuffleNet V2',
    text: 'the layer names of ShuffleNet V2 (arXiv 1807.11164) in opconty/keras-shufflenetV2, another network: not a V1 checkpoint',
    differences: [
      SPLIT,
      'the shuffle stands after the concat of the halves (1x1conv_2 first), in two groups',
      'strided units have a second branch (3x3dwconv_2, 1x1_conv_3) in place of the average pooling',
      'all convolutions but conv1 have a bias',
      'a last convolution with relu and without normalization (1x1conv5_out) stands before the pooling',
    ],
    names: [/(^|[/_.])(1x1conv_\d|1x1conv5_out|3x3dwconv)/],
    next: RELATIVE,
  },
  {
    id: 'ShuffleNet V2',
    text: 'the layer names of ShuffleNet V2 (arXiv 1807.11164) in osmr/imgclsmob, another network: not a V1 checkpoint',
    differences: [
      SPLIT,
      'the shuffle stands after the concat of the halves (the untouched first), in two groups',
      'strided units have a second branch (dw_conv4, expand_conv5) in place of the average pooling',
      'the first convolution is followed by a batch normalization, its max pooling rounds sizes up',
      'a last convolution with normalization (features/final_block) stands before the pooling',
    ],
    names: [
      /(^|[/_.])features[/_.]stage\d+[/_.]unit\d+[/_.](dw_conv4|expand_conv5)|(^|[/_.])features[/_.]final_block[/_.]/,
    ],
    next: RELATIVE,
  },
  {
    id: 'imgclsmob',
    text: 'the layer names of ShuffleNet in osmr/imgclsmob, which is built differently',
    differences: [
      'the first convolution (features/init_block/conv) is followed by a batch normalization',
      "the first unit's expand_conv3 is grouped, and its shuffle is in as many groups",
      'batch normalizations have epsilon 1e-5, where the article has 1e-3',
      'convolutions pad both sides alike, where the article pads as TensorFlow does (SAME)',
      'the average pooling of strided units pools at stride 1 and then takes every second value',
    ],
    names: [/(^|[/_.])features[/_.]stage\d+[/_.]unit\d+[/_.](compress_conv1|expand_conv3)/],
    next: RELATIVE,
  },
  {
    id: 'auto',
    text: 'the automatic names, and as many layers of each class, of arthurdouillard/keras-shufflenet, which is built differently',
    differences: [
      'conv1 is followed by a batch normalization, and by its relu after that',
      'the first pointwise convolutions of the network are grouped, as all others are',
      'the channel shuffle goes the other way: channels seen as (n, groups), not (groups, n)',
      'strided units join [pooled, branch], where the article joins [branch, pooled]',
    ],
    names: [/(^|\/)conv2d(_\d+)?$/, /(^|\/)depthwise_conv2d(_\d+)?$/],
    fits: normalizedConv1,
    next: RELATIVE,
  },
];

/** Names that Keras gives to layers that get none. */
const AUTOMATIC_NORMALIZATION = /^(sync_)?batch_?normalization(_v[12])?(_\d+)?$/;

const SIGNATURES: readonly Signature[] = [
  ...RELATIVES,
  {
    id: 'another network of imgclsmob',
    text: 'the layer names of osmr/imgclsmob, and not those of its ShuffleNet',
    names: [/^features\/(init_block|stage\d+\/unit\d+)/],
  },
  {
    id: 'MobileNet V2',
    text: 'it looks like MobileNet V2',
    names: [/(^|[/_])(Conv1|bn_Conv1|expanded_conv_)|block_\d+_(expand|depthwise|project)/],
  },
  { id: 'MobileNet', text: 'it looks like MobileNet', names: [/conv_dw_\d+/, /conv_pw_\d+/] },
  { id: 'SqueezeNet', text: 'it looks like SqueezeNet', names: [/^fire\d+[/_](squeeze|expand)/] },
  { id: 'ResNet', text: 'it looks like ResNet', names: [/^res\d+[a-z]_branch|^conv\d+_block\d+_\d_conv/] },
  { id: 'VGG', text: 'it looks like VGG', names: [/^block\d+_conv\d+$/] },
  { id: 'Xception', text: 'it looks like Xception', names: [/^block\d+_sepconv\d+$|^separable_conv2d_\d+$/] },
  {
    id: 'automatic names',
    text: "its layers have Keras's automatic names, which do not tell the place of a layer",
    names: [/^(conv2d|convolution2d)(_\d+)?$/, AUTOMATIC_NORMALIZATION],
    next: "rebuild the model in Python, load by order, and save again with the article's names",
  },
];

/** What the file looks like, if it looks like anything known. */
export function describeOther(checkpoint: Checkpoint): OtherNetwork | undefined {
  const names = checkpoint.layers.flatMap((layer) => [layer.name, ...layer.weights.map((weight) => weight.name)]);
  const known = ({ names: patterns, fits }: Signature): boolean =>
    patterns.every((pattern) => names.some((name) => pattern.test(name))) && (fits?.(checkpoint) ?? true);
  return SIGNATURES.find(known);
}

/**
 * Whether the layers are as many as a ShuffleNet has whose first convolution is normalised and whose first unit is
 * grouped: 3 normalisations and 2 times the group count of convolutions a unit, and one of each before. A MobileNet V2
 * has the same numbers as one with one group, and other channels in its first depthwise convolution.
 */
function normalizedConv1({ layers }: Checkpoint): boolean {
  const { conv, depthwise, normalization, dense } = sortByClass(layers);
  const units = depthwise.length;
  const stageTwo = STAGE_TWO_CHANNELS.get((conv.length - 1) / (2 * units));
  const bottleneck = depthwise[0]?.weights.find(({ shape }) => shape.length === 4)?.shape[2];
  return (
    stageTwo !== undefined &&
    normalization.length === 3 * units + 1 &&
    dense.length <= 1 &&
    bottleneck === Math.floor(stageTwo / 4)
  );
}
