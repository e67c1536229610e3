// The architecture JSON of Keras 1 to 3, in the shapes its versions wrote, and as nobody wrote it.
import { describe, expect, test } from 'vitest';
import { configInputShape, configLayers, configTree, parseConfig } from '../../src/checkpoint/model-config.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import type { Note } from '../../src/core/weights.js';
import { fixtureBytes } from '../helpers/models.js';

const layer = (className: string, name: string, config: object = {}) => ({
  class_name: className,
  name,
  config: { name, ...config },
});
const model = (...layers: unknown[]) => ({ class_name: 'Model', config: { name: 'model_1', layers } });
const listed = (config: unknown) => configLayers(config).map(({ name, className }) => [name, className]);

describe('layers', () => {
  test('of a functional model, each with its configuration', () => {
    const config = model(layer('InputLayer', 'input_1'), layer('Conv2D', 'conv1', { filters: 6 }));
    expect(configLayers(config)).toMatchObject([
      { name: 'input_1', className: 'InputLayer', config: { name: 'input_1' } },
      { name: 'conv1', className: 'Conv2D', config: { name: 'conv1', filters: 6 } },
    ]);
  });

  test('of a sequential model: a bare list in Keras 1 and 2.1, names in the configurations only', () => {
    const { name: _, ...unnamed } = layer('Dense', 'fc');
    expect(listed({ class_name: 'Sequential', config: [unnamed] })).toEqual([['fc', 'Dense']]);
    expect(listed({ class_name: 'Sequential', config: { layers: [unnamed] } })).toEqual([['fc', 'Dense']]);
  });

  test('of models nested in models, after the layer that holds them', () => {
    const inner = { ...model(layer('Conv2D', 'conv1')), name: 'ShuffleNet' };
    expect(listed(model(layer('InputLayer', 'input_2'), inner, layer('Dense', 'head')))).toEqual([
      ['input_2', 'InputLayer'],
      ['ShuffleNet', 'Model'],
      ['conv1', 'Conv2D'],
      ['head', 'Dense'],
    ]);
  });

  test('of nested models stand below the layer that holds them, in the tree', () => {
    const inner = { ...model(layer('Conv2D', 'conv1')), name: 'ShuffleNet' };
    expect(configTree(model(inner, layer('Dense', 'head')))).toMatchObject([
      { name: 'ShuffleNet', className: 'Model', layers: [{ name: 'conv1', className: 'Conv2D', layers: [] }] },
      { name: 'head', className: 'Dense', layers: [] },
    ]);
  });

  test('nested without end are read to a depth of seventeen, and no stack overflows', () => {
    let nested: object = layer('Dense', 'deepest');
    for (let depth = 0; depth < 50; depth++) nested = { ...model(nested), name: `model_${depth}` };
    expect(configLayers(nested)).toHaveLength(17);
  });

  test.each([
    undefined,
    null,
    3,
    'Model',
    [],
    {},
    { config: null },
    { config: { layers: {} } },
    { config: { layers: [null, 3, [], {}, { config: 'x' }] } },
  ])('are none in %j', (config) => {
    expect(configLayers(config)).toEqual([]);
  });

  test('with names and classes that are no text have none', () => {
    expect(configLayers(model({ class_name: 3, name: ['x'], config: {} }))).toMatchObject([
      { name: '', className: '', config: {} },
    ]);
  });
});

describe('the input shape', () => {
  const shapeOf = (config: object) => configInputShape(configLayers(model(layer('InputLayer', 'input_1', config))));

  test('is batch_input_shape in Keras 1 and 2, batch_shape in Keras 3', () => {
    expect(shapeOf({ batch_input_shape: [null, 33, 47, 3] })).toEqual([33, 47, 3]);
    expect(shapeOf({ batch_shape: [null, 32, 32, 1] })).toEqual([32, 32, 1]);
  });

  test('may be unknown', () => {
    expect(shapeOf({ batch_input_shape: [null, null, null, 3] })).toEqual([null, null, 3]);
    expect(shapeOf({})).toBeUndefined();
    expect(shapeOf({ batch_input_shape: [null, 784] })).toBeUndefined();
    expect(shapeOf({ batch_input_shape: 'x' })).toBeUndefined();
  });

  test('takes nothing but whole numbers from 1 up', () => {
    expect(shapeOf({ batch_input_shape: [null, -1, 2.5, '3'] })).toEqual([null, null, null]);
    expect(shapeOf({ batch_input_shape: [null, 0, Number.POSITIVE_INFINITY, 3] })).toEqual([null, null, 3]);
  });

  test('is that of the first layer that tells one', () => {
    const config = model(layer('Lambda', 'a'), layer('InputLayer', 'b', { batch_shape: [null, 28, 28, 1] }));
    expect(configInputShape(configLayers(config))).toEqual([28, 28, 1]);
  });
});

test('a file that Keras 2.1.6 saved tells its layers and input', async () => {
  const source = bytesSource('model.h5', fixtureBytes('k21-g3-full/model_noopt.h5'));
  const checkpoint = await openCheckpoint(source);
  const layers = configLayers(checkpoint.modelConfig);
  checkpoint.close();
  expect(layers).toHaveLength(129);
  expect(configInputShape(layers)).toEqual([32, 32, 3]);
  expect(layers.find(({ name }) => name === 'global_pool')!.className).toBe('GlobalMaxPooling2D');
});

test('what is nested so deep that it could not be handed on is left aside, with a note', () => {
  const notes: Note[] = [];
  expect(parseConfig('['.repeat(20_000) + ']'.repeat(20_000), 'model_config', notes)).toBeUndefined();
  expect(notes).toEqual([{ id: 'unreadable-config', text: expect.stringContaining('nested more than 512 levels') }]);
});
