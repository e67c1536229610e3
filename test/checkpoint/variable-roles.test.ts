// The order in which Keras's layers create their variables: those that are trained first (keras/src/layers).
import { describe, expect, test } from 'vitest';
import { alwaysHasVariables, variableRole } from '../../src/checkpoint/variable-roles.js';

const roles = (className: string, count: number, config?: Readonly<Record<string, unknown>>) =>
  Array.from({ length: count }, (_, index) => variableRole(className, index, count, config));

describe('by class, in Python or in snake case', () => {
  test.each([
    ['Conv2D', ['kernel', 'bias']],
    ['conv2d', ['kernel']],
    ['Conv1D', ['kernel', 'bias']],
    ['DepthwiseConv2D', ['kernel', 'bias']],
    ['depthwise_conv2d', ['kernel', 'bias']],
    ['SeparableConv2D', ['depthwise_kernel', 'pointwise_kernel', 'bias']],
    ['separable_conv2d', ['depthwise_kernel', 'pointwise_kernel']],
    ['Dense', ['kernel', 'bias']],
    ['Embedding', ['embeddings']],
    ['BatchNormalization', ['gamma', 'beta', 'moving_mean', 'moving_variance']],
    ['batch_normalization', ['gamma', 'beta', 'moving_mean', 'moving_variance']],
  ])('%s: %j', (className, expected) => {
    expect(roles(className, expected.length)).toEqual(expected);
  });

  test.each(['scaling', 'constructor', '__proto__', ''])('"%s" is not known', (className) => {
    expect(roles(className, 2)).toEqual([null, null]);
  });

  test('more variables than the class has, as quantised layers have, settle nothing', () => {
    expect(roles('Dense', 3)).toEqual([null, null, null]);
    expect(roles('Conv2D', 3)).toEqual([null, null, null]);
  });

  test('an index past the count has no role', () => {
    expect(variableRole('Conv2D', 5, 2)).toBeNull();
    expect(variableRole('BatchNormalization', 4, 4)).toBeNull();
  });
});

describe('batch normalisation with less than four variables', () => {
  test.each([
    ['scale: false lacks gamma', { scale: false }, ['beta', 'moving_mean', 'moving_variance']],
    ['center: false lacks beta', { center: false }, ['gamma', 'moving_mean', 'moving_variance']],
    ['neither', { scale: false, center: false }, ['moving_mean', 'moving_variance']],
    ['two are always the statistics', {}, ['moving_mean', 'moving_variance']],
    ['three without a config', undefined, [null, null, null]],
    ['three where the config states that both are there', { scale: true, center: true }, [null, null, null]],
    ['three where the config states that neither is', { scale: false, center: false }, [null, null, null]],
    ['one', { scale: false }, [null]],
  ])('%s', (_, config, expected) => {
    expect(roles('BatchNormalization', expected.length, config)).toEqual(expected);
  });
});

test.each([
  ['Conv2D', true],
  ['depthwise_conv2d', true],
  ['batch_normalization', true],
  ['Dense', true],
  ['max_pooling2d', false],
  ['functional', false],
  ['constructor', false],
])('layers of class %s always have variables: %s', (className, expected) => {
  expect(alwaysHasVariables(className)).toBe(expected);
});
