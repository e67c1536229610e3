// The engine held against the evaluator, layer by layer.
import { expect } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { createEngine, type EngineOptions } from '../../src/engine/engine.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { Model } from '../../src/network/model.js';
import { relativeError, TOLERANCE } from '../helpers/exports.js';

/** Fails where a layer that the engine has is not the evaluator's. Gives what the engine notes. */
export async function expectAlike(
  model: Pick<Model, 'network' | 'weights'>,
  input: Tensor<Float32Array>,
  options: EngineOptions = {},
): Promise<readonly string[]> {
  const { network } = model;
  const engine = await createEngine(model, options);
  engine.run(input.data);
  const names = [...new Set([...(options.observe ?? []), network.output])].filter((name) => engine.layers.has(name));
  expect(names).toContain(network.output);
  for (const [name, expected] of await evaluator(model).run(input, names)) {
    const found = tensor(engine.observed(name), expected.shape);
    expect(relativeError(found, expected), name).toBeLessThan(TOLERANCE);
  }
  engine.dispose();
  return engine.notes;
}
