// Weight names that Keras 1, 2 and 3 wrote, and what they name.
import { expect, test } from 'vitest';
import { roleInName } from '../../src/checkpoint/roles.js';

test.each([
  ['stage2/block1/1x1_gconv_1/kernel:0', 'kernel'],
  ['stage2/block2/1x1_gconv_1_/g0_1/kernel:0', 'kernel'],
  ['conv1_1/kernel:0', 'kernel'],
  ['stage2/block1/bn_gconv_1/gamma:0', 'gamma'],
  ['bn/beta:0', 'beta'],
  ['bn/moving_mean:0', 'moving_mean'],
  ['bn/moving_variance:0', 'moving_variance'],
  ['stage2/block1/1x1_dwconv_1/depthwise_kernel:0', 'depthwise_kernel'],
  ['sep/pointwise_kernel:0', 'pointwise_kernel'],
  ['lstm/recurrent_kernel:0', 'recurrent_kernel'],
  ['embedding/embeddings:0', 'embeddings'],
  ['fc/bias:0', 'bias'],
])('Keras 2: %s is %s', (name, role) => {
  expect(roleInName(name)).toBe(role);
});

test.each([
  ['fc/kernel:0_1', 'kernel'],
  ['fc/kernel_1:0', 'kernel'],
  ['bn/moving_variance_12:0', 'moving_variance'],
  ['conv2d_3/kernel:0_2', 'kernel'],
])("TensorFlow's numbers that make names unique are passed over: %s", (name, role) => {
  expect(roleInName(name)).toBe(role);
});

test.each([
  ['conv1/kernel', 'kernel'],
  ['kernel', 'kernel'],
  ['stage2_block1_bn_gconv_1/moving_mean', 'moving_mean'],
])('Keras 3 writes no :0: %s', (name, role) => {
  expect(roleInName(name)).toBe(role);
});

test.each([
  ['conv1_W', 'kernel'],
  ['convolution2d_1_W', 'kernel'],
  ['convolution2d_1_W:0', 'kernel'],
  ['dense_1_b', 'bias'],
  ['bn1_gamma', 'gamma'],
  ['bn1_beta', 'beta'],
  ['bn1_running_mean', 'moving_mean'],
  ['bn1_running_std', 'moving_variance'],
  ['batchnormalization_1_gamma_1:0', 'gamma'],
])('Keras 1: %s is %s', (name, role) => {
  expect(roleInName(name)).toBe(role);
});

test.each([
  'conv1/weights:0',
  'scale:0',
  'param_0',
  'conv1/kernel_regularizer',
  'fc/kernelish:0',
  'gamma_layer/x:0',
  'constructor',
  '',
])('no role is read into "%s"', (name) => {
  expect(roleInName(name)).toBeNull();
});

test('the layer says nothing: a kernel of a layer called gamma is a kernel', () => {
  expect(roleInName('gamma/kernel:0')).toBe('kernel');
  expect(roleInName('kernel/gamma:0')).toBe('gamma');
});
