// Grouped convolutions as a segment sees them: whole, or one group of them.

import { groupConvolutions } from '../../network/groups.js';
import type { Layer, LayerOf } from '../../network/layer.js';
import type { Segment } from '../segment.js';

/** Slices of one layer's output. */
export interface GroupSlices {
  /** Those in the segment. */
  readonly slices: readonly LayerOf<'Slice'>[];
  /** All of the grouped convolution, by group. */
  readonly siblings: readonly LayerOf<'Slice'>[];
}

/** The grouped convolutions that have slices in the segment. */
export function groupSlices({ layers, model }: Segment): GroupSlices[] {
  const inside = new Set<Layer>(layers);
  return groupConvolutions(model.network).flatMap(({ groups }) => {
    const siblings = groups.map(({ slice }) => slice);
    const slices = siblings.filter((slice) => inside.has(slice));
    return slices.length === 0 ? [] : [{ slices, siblings }];
  });
}

/** `slice`, reading what `other` reads. */
export function readingSlice(slice: LayerOf<'Slice'>, other: LayerOf<'Slice'>): LayerOf<'Slice'> {
  return { ...slice, attrs: other.attrs };
}

/** The grouped convolutions that have a convolution in the segment, by name, with all their convolutions by group. */
export function groupsTouched({ layers, model }: Segment): { name: string; convs: readonly LayerOf<'Conv2D'>[] }[] {
  const inside = new Set<Layer>(layers);
  return groupConvolutions(model.network)
    .map(({ name, groups }) => ({ name, convs: groups.map(({ conv }) => conv) }))
    .filter(({ convs }) => convs.some((conv) => inside.has(conv)));
}

/** Every two of some. */
export function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}
