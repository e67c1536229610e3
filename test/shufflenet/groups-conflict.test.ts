// A group count that is stated and not the file's: said with the shapes of both, which are those of Keras's files.
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { InvalidGroupsError } from '../../src/shufflenet/errors.js';
import { inferSettings, type Overrides } from '../../src/shufflenet/infer.js';
import { GroupsConflictError } from '../../src/shufflenet/load-errors.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { checkpointOf, draftLayers, TINY } from '../helpers/checkpoints.js';
import { fixtureBytes } from '../helpers/models.js';

function conflict(settings: typeof TINY, overrides: Overrides): GroupsConflictError {
  try {
    inferSettings(checkpointOf(draftLayers(buildNetwork(settings))), overrides);
  } catch (error) {
    if (error instanceof GroupsConflictError) return error;
    throw error;
  }
  throw new Error('there was no conflict');
}

async function conflictIn(name: string, overrides: Overrides): Promise<GroupsConflictError> {
  const checkpoint = await openCheckpoint(bytesSource(name, fixtureBytes(name)));
  try {
    inferSettings(checkpoint, overrides);
  } catch (error) {
    if (error instanceof GroupsConflictError) return error;
    throw error;
  } finally {
    checkpoint.close();
  }
  throw new Error('there was no conflict');
}

describe('stated groups that are not those of the file', () => {
  test('are said at the first grouped convolution, before anything else is compared', async () => {
    const error = await conflictIn('k21-g3/weights.h5', { groups: 8 });
    expect(error).toMatchObject({ tag: 'GroupsConflict', kind: 'file', layer: 'stage2/block2/1x1_gconv_1' });
    expect(error.explanation.found).toBe('3 kernels of shape (1, 1, 20, 5)');
    expect(error.explanation.next).toBe('leave the group count out, or state 3');
  });

  // The article's stage 2 at a quarter of its width: 96, 144 and 50 channels in 8, 1 and 2 parts, and a quarter of each.
  test.each([
    [8, '8 kernels of shape (1, 1, 12, 3)'],
    [1, 'one kernel of shape (1, 1, 36, 9)'],
    [2, '2 kernels of shape (1, 1, 25, 6)'],
  ])('are held against the scale and ratio that the file itself tells: %d groups', async (groups, expected) => {
    const error = await conflictIn('k21-g3/weights.h5', { groups });
    expect(error.explanation).toMatchObject({ found: '3 kernels of shape (1, 1, 20, 5)', expected });
  });

  // What Keras's own file of the other group count has in that place.
  test.each([
    ['k21-g3/weights.h5', 8, 'k21-g8/weights.h5', '8 kernels of shape (1, 1, 12, 3)'],
    ['k21-g8/weights.h5', 3, 'k21-g3/weights.h5', '3 kernels of shape (1, 1, 20, 5)'],
  ])('%s with %d groups: the shapes expected are those of %s', async (name, groups, other, expected) => {
    const error = await conflictIn(name, { groups, bottleneckRatio: 0.25, scaleFactor: 0.25 });
    expect(error.explanation.expected).toBe(expected);
    expect((await conflictIn(other, { groups: 1 })).explanation.found).toBe(expected);
  });

  test('one group is one kernel', () => {
    const error = conflict(TINY, { groups: 1, bottleneckRatio: 0.25 });
    // Stage 2 of 144 channels, a quarter of them: 36, of which a quarter is the bottleneck.
    expect(error.explanation.expected).toBe('one kernel of shape (1, 1, 36, 9)');
    const whole = { ...DEFAULT_SETTINGS, numShuffleUnits: [1] };
    expect(conflict(whole, { groups: 2 }).explanation).toMatchObject({
      where: 'stage2/block2/1x1_gconv_1',
      found: 'one kernel of shape (1, 1, 144, 36)',
      expected: expect.stringMatching(/^2 kernels of shape \(1, 1, 100, /),
      next: 'leave the group count out, or state 1',
    });
  });

  test('are said where the first grouped convolution is a strided unit, on the branch it makes', () => {
    const settings = { ...TINY, numShuffleUnits: [0, 0] };
    const first = conflict(settings, { groups: 8, bottleneckRatio: 0.25, scaleFactor: 0.25 });
    expect(first.layer).toBe('stage3/block1/1x1_gconv_1');
    // 96 channels in, a quarter of 192 out, in eight parts.
    expect(first.explanation.expected).toBe('8 kernels of shape (1, 1, 12, 6)');
    const drafts = draftLayers(buildNetwork(settings)).filter(({ name }) => !name.includes('1x1_gconv_1'));
    const stated = { groups: 8, bottleneckRatio: 0.25, scaleFactor: 0.25 };
    // 48 bottleneck channels in, 192 - 96 out.
    expect(() => inferSettings(checkpointOf(drafts), stated)).toThrow('8 kernels of shape (1, 1, 6, 12)');
  });
});

describe('what is expected in the place of the kernels', () => {
  const stated = { bottleneckRatio: 0.25, scaleFactor: 0.25 };

  test('where the channels do not divide into the stated groups, that is said', () => {
    // 50 channels of stage 2 (two groups, a quarter), halved, and 100 of stage 3, a quarter of them: 25 do not divide.
    const settings = { ...TINY, numShuffleUnits: [0, 1] };
    expect(conflict(settings, { ...stated, groups: 2 }).explanation).toMatchObject({
      where: 'stage3/block1/1x1_gconv_1',
      expected: '2 kernels that share one of shape (1, 1, 50, 25), which does not divide',
    });
  });

  test('where the stated network has no such layer, that is said', () => {
    for (const numShuffleUnits of [[0], [0, 1]]) {
      const error = conflict(TINY, { ...stated, groups: 8, numShuffleUnits });
      expect(error.layer).toBe('stage2/block2/1x1_gconv_1');
      expect(error.explanation.expected).toBe('no such layer in the network that is stated');
    }
    const deep = conflict({ ...TINY, numShuffleUnits: [0, 0] }, { ...stated, groups: 8, numShuffleUnits: [0] });
    expect(deep).toMatchObject({ layer: 'stage3/block1/1x1_gconv_1' });
    expect(deep.explanation.expected).toBe('no such layer in the network that is stated');
  });

  test('of a revision whose first gconv_2 is grouped, with a bottleneck from what is added', () => {
    const revision = { convBias: false, firstGconv2Grouped: true, bottleneckFrom: 'out-in' } as const;
    const settings = { ...TINY, scaleFactor: 1, revision };
    const error = conflict(settings, { groups: 8, scaleFactor: 1, bottleneckRatio: 0.5 });
    // Eight groups: 384 - 24 channels come out of stage 2's first unit, and half of those are its bottleneck: 180.
    expect(error).toMatchObject({ layer: 'stage2/block1/1x1_gconv_2' });
    expect(error.explanation.expected).toBe(
      '8 kernels that share one of shape (1, 1, 180, 360), which does not divide',
    );
  });
});

test('stated groups that are those of the file are no conflict', () => {
  const checkpoint = checkpointOf(draftLayers(buildNetwork(TINY)));
  expect(inferSettings(checkpoint, { groups: 3 }).settings.groups).toBe(3);
});

test('a group count that the article does not have is refused as that', () => {
  const checkpoint = checkpointOf(draftLayers(buildNetwork(TINY)));
  expect(() => inferSettings(checkpoint, { groups: 5 })).toThrow(InvalidGroupsError);
  expect(new InvalidGroupsError(5).explanation).toEqual({
    what: 'Invalid number of groups.',
    found: '5',
    expected: '1, 2, 3, 4 or 8 (the paper, table 1, has output channels for these only)',
    next: 'take the group count of the trained network; a file of weights tells it, so it may be left out there',
  });
});

test('a file without grouped convolutions cannot contradict', () => {
  const drafts = draftLayers(buildNetwork({ ...TINY, numShuffleUnits: [0] }));
  expect(inferSettings(checkpointOf(drafts), { groups: 3 }).settings).toMatchObject({ groups: 3, scaleFactor: 0.25 });
});
