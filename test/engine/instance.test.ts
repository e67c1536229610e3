// A program's module, compiled at once or, where that is not allowed, beside other work.
import { afterEach, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { noise, randomModel } from '../helpers/models.js';

const image = noise([1, 28, 28, 3], 1).data;

async function output(): Promise<Float32Array> {
  const settings = { ...DEFAULT_SETTINGS, numShuffleUnits: [0], classes: 3, inputShape: [28, 28, 3] };
  return (await createEngine(await randomModel(settings))).run(image);
}

/** Has `WebAssembly.Module` throw, as a browser may. */
function refuse(error: Error): void {
  vi.spyOn(WebAssembly, 'Module').mockImplementation(
    class {
      constructor() {
        throw error;
      }
    } as never,
  );
}

afterEach(() => vi.restoreAllMocks());

test('a module is compiled at once: nothing is left to wait for', async () => {
  const beside = [vi.spyOn(WebAssembly, 'compile'), vi.spyOn(WebAssembly, 'instantiate')];
  await output();
  for (const call of beside) expect(call).not.toHaveBeenCalled();
});

test('where only small modules may be, on the main thread of a page, it is compiled beside', async () => {
  const expected = await output();
  refuse(new RangeError('WebAssembly.Module(): disallowed on the main thread, if the buffer is larger than 4KB'));
  expect(await output()).toEqual(expected);
});

test('any other fault is told', async () => {
  refuse(new WebAssembly.CompileError('section out of order'));
  await expect(output()).rejects.toThrow('section out of order');
});
