// The examples of docs/runtime.md, run as they stand there against a folder on a server.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as runtime from '../../src/runtime.js';
import { type FileServer, serveFiles } from '../helpers/file-server.js';
import { configFile, DIGITS, digitBytes, kerasSays } from './material.js';

const page = readFileSync(new URL('../../docs/runtime.md', import.meta.url), 'utf8');
const EXAMPLES = [...page.matchAll(/^```js\n(import[\s\S]*?)^```$/gm)].map(([, code]) => code!);

let server: FileServer;
beforeAll(async () => {
  server = await serveFiles(
    new Map([
      ['weights-js/config.json', { bytes: configFile({ weights: 'w.safetensors' }) }],
      ['weights-js/w.safetensors', { bytes: DIGITS }],
    ]),
  );
});
afterAll(() => server.close());

/** Runs an example with `picture`, digit 3 as an array of bytes, and gives what it calls by these names. */
async function run(code: string, ...names: string[]): Promise<unknown[]> {
  const imported = code.replace(/^import (\{[^}]*\}) from 'shuffleport\/runtime';$/m, 'const $1 = runtime;');
  const body = imported.replaceAll('https://example.org/', server.url);
  const AsyncFunction = Object.getPrototypeOf(run).constructor;
  return new AsyncFunction('runtime', 'picture', 'console', `${body}\nreturn [${names.join(', ')}];`)(
    runtime,
    digitBytes(3),
    console,
  );
}

describe('the examples of docs/runtime.md', () => {
  test('are five', () => {
    expect(EXAMPLES).toHaveLength(5);
  });

  test('classify a picture in three lines', async () => {
    expect(EXAMPLES[0]!.trim().split('\n')).toHaveLength(3);
    const [classes] = await run(EXAMPLES[0]!.replace("'article'", "'tf'"), 'classes');
    expect(classes).toMatchObject([{ index: kerasSays(3)[0]!.index, label: null }, {}, {}, {}, {}]);
  });

  test('watch a download', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await run(EXAMPLES[1]!, 'model');
    expect(log).toHaveBeenLastCalledWith(DIGITS.length, DIGITS.length);
    log.mockRestore();
  });

  test('run values', async () => {
    const [output] = await run(EXAMPLES[2]!, 'output');
    expect((output as Float32Array).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  test('observe layers', async () => {
    const [shape, data] = (await run(EXAMPLES[3]!, 'shape', 'data')) as [number[], Float32Array];
    expect([shape, data.length]).toEqual([[1, 240], 240]);
  });

  test('tell failures', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await run(EXAMPLES[4]!, 'failure');
    expect(log).toHaveBeenLastCalledWith(404, `${server.url}gone/config.json`);
    log.mockRestore();
  });
});
