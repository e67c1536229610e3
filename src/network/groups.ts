// The grouped view: slices, convolutions and the concat that joins them, seen as the one operation they are.
import { type Layer, type LayerOf, layersByName, type Network } from './layer.js';

/** One grouped convolution of the network. */
export interface GroupConvolution {
  /** The name the whole goes by: `stage2/block2/1x1_gconv_1`, whose concat is `stage2/block2/1x1_gconv_1/concat`. */
  readonly name: string;
  /** The layer whose output is sliced. */
  readonly input: string;
  /** In group order, channels first to last of the output. */
  readonly groups: readonly { readonly slice: LayerOf<'Slice'>; readonly conv: LayerOf<'Conv2D'> }[];
  readonly concat: LayerOf<'Concatenate'>;
}

/** Every place where slices of one layer's output are convolved separately and joined again. */
export function groupConvolutions(network: Network): GroupConvolution[] {
  const byName = layersByName(network);
  return network.layers.flatMap((layer) => (layer.op === 'Concatenate' ? (grouped(layer, byName) ?? []) : []));
}

function grouped(concat: LayerOf<'Concatenate'>, byName: ReadonlyMap<string, Layer>): GroupConvolution | undefined {
  const groups = concat.inputs.flatMap((name) => {
    const conv = byName.get(name);
    const slice = conv && byName.get(conv.inputs[0] ?? '');
    return conv?.op === 'Conv2D' && slice?.op === 'Slice' ? [{ slice, conv }] : [];
  });
  const input = groups[0]?.slice.inputs[0];
  if (input === undefined || groups.length !== concat.inputs.length) return undefined;
  if (groups.some(({ slice }) => slice.inputs[0] !== input)) return undefined;
  return { name: concat.name.replace(/\/concat$/, ''), input, groups, concat };
}
