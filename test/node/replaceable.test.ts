// What an output may replace: an earlier output, and never what is read or what somebody else put there.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutputs } from '../../src/node/replaceable.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'shuffleport-replaceable-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (...parts: string[]): string => join(folder, ...parts);
const put = (...parts: string[]): string => {
  mkdirSync(at(...parts.slice(0, -1)), { recursive: true });
  writeFileSync(at(...parts), 'mine');
  return at(...parts);
};

describe('with --force', () => {
  test.each([
    ['itself', () => put('weights.h5'), () => at('weights.h5')],
    ['itself, spelled otherwise', () => put('in', 'weights.h5'), () => `${at('in')}/../in/./weights.h5`],
    ['the folder that it is in', () => put('in', 'model.json'), () => at('in')],
    ['a folder above', () => put('a', 'b', 'weights.h5'), () => `${at('a')}/`],
    [
      'itself, read through a link',
      () => {
        symlinkSync(put('weights.h5'), at('link.h5'));
        return at('link.h5');
      },
      () => at('weights.h5'),
    ],
  ])('what is read is never replaced: %s', async (_, input, output) => {
    const inputs = [input()];
    for (const kind of [{}, { folder: [] }]) {
      await expect(checkOutputs([output()], { force: true, inputs, ...kind })).rejects.toMatchObject({
        tag: 'OutputInUse',
        kind: 'usage',
        explanation: { where: output(), found: `${inputs[0]}, which is read`, next: 'name another with -o' },
      });
    }
  });

  test('a file of a like name is not taken for what is read', async () => {
    const inputs = [put('weights.h5')];
    await checkOutputs([put('weights'), put('weights.h5.npz')], { force: true, inputs });
  });

  test('an earlier output is replaced, whatever format it had', async () => {
    for (const name of ['model.json', 'group1-shard2of3.bin', 'ShuffleNet_1X_g3_br_0.25_373.onnx', 'README.md']) {
      put('out', name);
    }
    put('out', 'of-this-output.bin');
    await checkOutputs([at('out')], { force: true, folder: ['of-this-output.bin'] });
    for (const kind of [{}, { folder: [] }]) await checkOutputs([put('file.npz')], { force: true, ...kind });
    symlinkSync(at('nowhere'), at('link'));
    await checkOutputs([at('link')], { force: true, folder: [] });
  });

  test.each([
    ['files of somebody else', () => put('out', 'thesis.tex') && put('out', 'model.json'), 'in it: thesis.tex'],
    ['folders', () => put('out', 'model.json', 'x'), 'in it: model.json'],
    ['devices', () => symlinkSync('/dev/null', at('out')), 'a device, a pipe or a socket'],
  ])('a folder does not replace %s', async (_, make, found) => {
    make();
    await expect(checkOutputs([at('out')], { force: true, folder: [] })).rejects.toMatchObject({
      tag: 'OutputNotOurs',
      kind: 'usage',
      explanation: { where: at('out'), found, expected: 'a folder with nothing but an earlier output in it' },
    });
  });

  test('a file replaces no folder and no device', async () => {
    mkdirSync(at('out'));
    for (const [path, found] of [
      [at('out'), 'a folder'],
      ['/dev/null', 'a device, a pipe or a socket'],
    ] as const) {
      await expect(checkOutputs([path], { force: true })).rejects.toMatchObject({
        tag: 'OutputNotOurs',
        explanation: { where: path, found, expected: 'a file' },
      });
    }
  });
});

test('two outputs cannot have one path, and each needs a name', async () => {
  const twice = [at('a.html'), at('b.html'), at('.', 'a.html')];
  await expect(checkOutputs(twice)).rejects.toMatchObject({
    tag: 'Usage',
    explanation: { what: 'Two outputs have the same path.', where: at('a.html') },
  });
  await expect(checkOutputs([''], { inputs: [put('weights.h5')] })).rejects.toMatchObject({
    explanation: { what: 'The output has no name.' },
  });
});
