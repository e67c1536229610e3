// Every real case in the engine, on the recorded input, as any other runtime is held: within what float32 may be off by.
import { describe, expect, test } from 'vitest';
import { engineExecutor } from '../../src/engine/executor.js';
import { verify } from '../../src/jobs/verify.js';
import { fileSource } from '../../src/node/files.js';
import { readCases } from './shared.js';

const cases = readCases();

test('the cases are found', () => {
  expect(cases.length).toBeGreaterThan(15);
});

describe.each(cases)('$case in the engine', ({ weights, recorded, options }) => {
  test.each([true, false])('agrees with what was recorded, folded: %s', async (fold) => {
    const result = await verify(await fileSource(weights), await fileSource(recorded), {
      ...options,
      executorOf: (model) => engineExecutor(model, { fold }),
    });
    expect(result.firstFailure).toBeNull();
    expect(result.verdict).toBe('pass');
    expect(result.executor).toMatch(/^engine, /);
    const compared = result.layers.filter(({ inherited }) => inherited !== null);
    expect(compared.length).toBeGreaterThan(10);
  });
});
