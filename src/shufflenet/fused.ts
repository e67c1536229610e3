// Grouped convolutions stored as one kernel, (1, 1, in / groups, out), as Keras's own `Conv2D(groups=…)` has them: seen
// as the article's one kernel a group, which are slices of it along the last axis.
import type { CheckpointWeight } from '../checkpoint/checkpoint.js';
import { sizeOf, type Tensor, tensor, toFloat64 } from '../core/tensor.js';
import { plural } from '../core/text.js';
import { groupConvolutions } from '../network/groups.js';
import type { Network } from '../network/layer.js';
import type { FileLayers, PlacedLayer } from './file-layers.js';

/** The file's layers with every fused kernel split into those `network` asks for, and a note of how many there were. */
export function splitFused(layers: FileLayers, network: Network): FileLayers {
  const placed = new Map(layers.placed);
  let count = 0;
  for (const { name, groups } of groupConvolutions(network)) {
    const whole = placed.get(name);
    if (whole === undefined || groups.some(({ conv }) => placed.has(conv.name))) continue;
    placed.delete(name);
    groups.forEach(({ conv }, g) => {
      placed.set(conv.name, partOf(whole, conv.name, g, groups.length));
    });
    count++;
  }
  if (count === 0) return layers;
  const text = `${plural(count, 'grouped convolution')} stored as one kernel each (Conv2D with groups); split along the last axis, one part a group.`;
  return { ...layers, placed, notes: [...layers.notes, { id: 'fused-groups', text }] };
}

function partOf(whole: PlacedLayer, articleName: string, group: number, groups: number): PlacedLayer {
  const weights = whole.weights.map((weight) => slicedWeight(weight, group, groups));
  return { ...whole, articleName, place: { ...whole.place, group }, weights };
}

/** Group `group` of `groups` along the last axis. A weight that does not divide is left whole, to be reported. */
function slicedWeight(weight: CheckpointWeight, group: number, groups: number): CheckpointWeight {
  const channels = weight.shape.at(-1) ?? 1;
  if (weight.shape.length === 0 || channels % groups !== 0) return weight;
  const width = channels / groups;
  const shape = [...weight.shape.slice(0, -1), width];
  return {
    ...weight,
    name: `${weight.name}[…, ${group * width}:${(group + 1) * width}]`,
    shape,
    read: async () => sliceLast(await weight.read(), group * width, shape),
  };
}

function sliceLast(whole: Tensor, begin: number, shape: readonly number[]): Tensor {
  const channels = whole.shape.at(-1)!;
  const width = shape.at(-1)!;
  const values = toFloat64(whole);
  const out = new Float64Array(sizeOf(shape));
  for (let row = 0; row < out.length / width; row++) {
    out.set(values.subarray(row * channels + begin, row * channels + begin + width), row * width);
  }
  return tensor(out, shape);
}
