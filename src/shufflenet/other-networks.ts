// Networks that users mistake for the article's ShuffleNet, told by their layer names. Recognised, never run.
import type { Checkpoint } from '../checkpoint/checkpoint.js';

/** A network recognised by its layer names. */
export interface OtherNetwork {
  readonly id: string;
  readonly text: string;
  readonly next?: string;
}

interface Signature extends OtherNetwork {
  /** Every one of these must match some layer name. */
  readonly names: readonly RegExp[];
}

const SIGNATURES: readonly Signature[] = [
  {
    id: 'ShuffleNet V2',
    text: 'the layer names of ShuffleNet V2 (arXiv 1807.11164), another network: not a V1 checkpoint',
    names: [/(^|[/_.])(1x1conv_\d|1x1conv5_out|3x3dwconv)/],
    next: 'only ShuffleNet V1 is run; `inspect` lists the file whole',
  },
  {
    id: 'imgclsmob',
    text: 'the layer names of osmr/imgclsmob, whose ShuffleNet is built differently',
    names: [/^features\/(init_block|stage\d+\/unit\d+)/],
    next: "only the article's network is run; `inspect` lists the file whole",
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
    names: [/^(conv2d|convolution2d)(_\d+)?$/, /^batch_?normalization(_\d+)?$/],
    next: "rebuild the model in Python, load by order, and save again with the article's names",
  },
];

/** What the file looks like, if it looks like anything known. */
export function describeOther(checkpoint: Checkpoint): OtherNetwork | undefined {
  const names = checkpoint.layers.flatMap((layer) => [layer.name, ...layer.weights.map((weight) => weight.name)]);
  return SIGNATURES.find((signature) => signature.names.every((pattern) => names.some((name) => pattern.test(name))));
}
