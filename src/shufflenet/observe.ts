// The numbers a file's weights give away about its network, gathered before anything is concluded from them.
import type { FileLayers, PlacedLayer } from './file-layers.js';
import type { UnitLayer } from './names.js';

/** What is seen of one unit. Any of it may be missing: files are damaged. */
export interface ObservedUnit {
  readonly stage: number;
  readonly block: number;
  /** Length of `bn_gconv_1`'s vectors: the bottleneck channels. */
  readonly bottleneck?: number;
  /** Length of `bn_gconv_2`'s vectors: the branch's output channels. */
  readonly branch?: number;
}

/** What is seen of the whole network. */
export interface Observed {
  readonly units: readonly ObservedUnit[];
  /** The shape of `conv1`'s kernel, when it has four axes and can be read. */
  readonly conv1?: readonly number[];
  /** Most parts a grouped convolution is stored in; 1 when none is. */
  readonly storedGroups: number;
  /** Whether a convolution of stage 2's first unit is stored in parts. */
  readonly firstGconv2Grouped: boolean;
  /** Convolutions with a bias, and without. */
  readonly biased: number;
  readonly unbiased: number;
  /** Of `fc`, when there is one. */
  readonly classes?: number;
}

/** Reads the shapes of the placed layers. */
export function observe({ placed }: FileLayers): Observed {
  const layers = [...placed.values()];
  const conv1 = placed.get('conv1')?.weights.find(({ role, fault }) => role === 'kernel' && fault === undefined)?.shape;
  const fc = placed.get('fc');
  const classes = shapeOf(fc, 'bias')?.[0] ?? shapeOf(fc, 'kernel')?.at(-1);
  const convolutions = layers.filter(({ place }) => !place.kind.startsWith('bn_') && place.kind !== 'fc');
  const biased = convolutions.filter((layer) => shapeOf(layer, 'bias') !== undefined).length;
  return {
    units: observedUnits(layers),
    ...(conv1?.length === 4 && { conv1 }),
    storedGroups: 1 + Math.max(0, ...layers.map(({ place }) => place.group ?? 0)),
    firstGconv2Grouped: placed.has('stage2/block1/1x1_gconv_2_/g0'),
    biased,
    unbiased: convolutions.length - biased,
    ...(classes !== undefined && { classes }),
  };
}

function observedUnits(layers: readonly PlacedLayer[]): ObservedUnit[] {
  const units = new Map<string, ObservedUnit>();
  for (const { place, ...layer } of layers) {
    if (place.stage === undefined || place.block === undefined) continue;
    const key = `${place.stage}/${place.block}`;
    const known = units.get(key) ?? { stage: place.stage, block: place.block };
    const seen = lengthSeen(layer, place.kind as UnitLayer);
    units.set(key, { ...known, ...seen });
  }
  return [...units.values()].sort((a, b) => a.stage - b.stage || a.block - b.block);
}

function lengthSeen(layer: Pick<PlacedLayer, 'weights'>, kind: UnitLayer): Partial<ObservedUnit> {
  if (kind !== 'bn_gconv_1' && kind !== 'bn_gconv_2') return {};
  const length = layer.weights.find((weight) => weight.shape.length === 1)?.shape[0];
  if (length === undefined) return {};
  return kind === 'bn_gconv_1' ? { bottleneck: length } : { branch: length };
}

function shapeOf(layer: Pick<PlacedLayer, 'weights'> | undefined, role: string): readonly number[] | undefined {
  return layer?.weights.find((weight) => weight.role === role)?.shape;
}
