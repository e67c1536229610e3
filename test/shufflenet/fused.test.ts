// Files of Conv2D(groups=…): one kernel for each grouped convolution, split along the last axis as Keras computes it.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { groupConvolutions } from '../../src/network/groups.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { readFileLayers } from '../../src/shufflenet/file-layers.js';
import { splitFused } from '../../src/shufflenet/fused.js';
import { inferSettings } from '../../src/shufflenet/infer.js';
import { bindLayers } from '../../src/shufflenet/load.js';
import type { LoadError } from '../../src/shufflenet/load-errors.js';
import { ARTICLE_REVISION, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { checkpointOf, type DraftLayer, draftLayers, exampleValues, TINY, weightIn } from '../helpers/checkpoints.js';

const NETWORK = buildNetwork(TINY);
const BIASED: ShuffleNetSettings = { ...TINY, revision: { ...ARTICLE_REVISION, convBias: true } };
/** 60 channels to 15, in three groups: a kernel (1, 1, 20, 15) when it is one. */
const GCONV = 'stage2/block2/1x1_gconv_1';

/** The network's file as a port with `Conv2D(groups=3)` would write it: one layer where the article has three. */
function fusedDraft(settings: ShuffleNetSettings): DraftLayer[] {
  const network = buildNetwork(settings);
  const whole = new Map(groupConvolutions(network).map(({ name, groups }) => [groups[0]!.conv.name, { name, groups }]));
  const parts = new Set([...whole.values()].flatMap(({ groups }) => groups.map(({ conv }) => conv.name)));
  return draftLayers(network).flatMap((layer) => {
    const fused = whole.get(layer.name);
    if (fused === undefined) return parts.has(layer.name) ? [] : [layer];
    const weights = layer.weights.map((weight) => ({
      ...weight,
      name: `${fused.name}/${weight.role}:0`,
      shape: [...weight.shape.slice(0, -1), weight.shape.at(-1)! * fused.groups.length],
    }));
    return [{ name: fused.name, weights }];
  });
}

/** numpy's `whole[..., begin:begin + width]`, element by element. */
function lastAxis(whole: Float32Array, channels: number, begin: number, width: number): number[] {
  return [...whole].filter((_, i) => i % channels >= begin && i % channels < begin + width);
}

const load = (layers: readonly DraftLayer[], settings: ShuffleNetSettings) =>
  bindLayers(readFileLayers(checkpointOf(layers)), buildNetwork(settings), settings);

describe('one kernel for each grouped convolution', () => {
  test.each([
    ['without biases', TINY, ['kernel']],
    ['with biases', BIASED, ['kernel', 'bias']],
  ] as const)('%s: each group gets its channels of the last axis', async (_, settings, roles) => {
    const layers = fusedDraft(settings);
    const model = await load(layers, settings);
    const grouped = groupConvolutions(model.network);
    expect(grouped).toHaveLength(4); // two in stage 2's second unit, two in stage 3's first
    for (const { name, groups } of grouped) {
      for (const role of roles) {
        const { name: stored, shape } = weightIn(layers, name, role);
        const width = shape.at(-1)! / 3;
        groups.forEach(({ conv }, g) => {
          const got = model.weights.get(conv.name)![role]!;
          expect(got.shape).toEqual([...shape.slice(0, -1), width]);
          expect([...got.data]).toEqual(
            lastAxis(exampleValues(stored, sizeOf(shape)), shape.at(-1)!, g * width, width),
          );
        });
      }
    }
  });

  test('a note tells how many; the report tells which part of which kernel', async () => {
    const { report } = await load(fusedDraft(TINY), TINY);
    const text =
      '4 grouped convolutions stored as one kernel each (Conv2D with groups); split along the last axis, one part a group.';
    expect(report.notes).toEqual([{ id: 'fused-groups', text }]);
    const from = report.loaded.filter(({ layer }) => layer.startsWith(GCONV)).map((weight) => weight.from);
    expect(from).toEqual([0, 5, 10].map((begin) => `${GCONV}/kernel:0[…, ${begin}:${begin + 5}]`));
  });

  test('the group count is told by the channels', () => {
    expect(inferSettings(checkpointOf(fusedDraft(TINY))).settings).toMatchObject({ groups: 3, scaleFactor: 0.25 });
  });

  test('every part knows its group, and the layer it came from', () => {
    const { placed } = splitFused(readFileLayers(checkpointOf(fusedDraft(TINY))), NETWORK);
    expect(placed.has(GCONV)).toBe(false);
    for (const group of [0, 1, 2]) {
      const articleName = `${GCONV}_/g${group}`;
      expect(placed.get(articleName)).toMatchObject({ articleName, name: GCONV, place: { base: GCONV, group } });
    }
  });
});

describe('what does not divide is reported as it is', () => {
  test.each([
    ['16 channels in three groups', [1, 1, 20, 16]],
    ['a scalar', []],
  ])('%s', async (_, shape) => {
    const layers = fusedDraft(TINY);
    weightIn(layers, GCONV, 'kernel').shape = shape;
    const error = (await load(layers, TINY).catch((reason: unknown) => reason)) as LoadError;
    expect(error.tag).toBe('Load');
    expect(error.report.mismatched.map(({ layer, found, expected }) => [layer, found, expected])).toEqual(
      [0, 1, 2].map((g) => [`${GCONV}_/g${g}`, shape, [1, 1, 20, 5]]),
    );
  });
});

describe('untouched', () => {
  test('a file in the article form', () => {
    const layers = readFileLayers(checkpointOf(draftLayers(NETWORK)));
    expect(splitFused(layers, NETWORK)).toBe(layers);
  });

  test('a kernel beside a part that goes by its own name', () => {
    const draft = draftLayers(NETWORK);
    const [fused] = fusedDraft(TINY).filter(({ name }) => name === GCONV);
    const layers = readFileLayers(checkpointOf([...draft.filter(({ name }) => name !== `${GCONV}_/g2`), fused!]));
    expect(splitFused(layers, NETWORK)).toBe(layers);
  });
});
