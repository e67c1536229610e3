// What a download is told by, where no server of ours would say it.
import { afterEach, expect, test, vi } from 'vitest';
import { download } from '../../src/runtime/download.js';

afterEach(() => vi.unstubAllGlobals());

test('one without an end is given up, and the connection with it', async () => {
  const cancel = vi.fn(async () => {});
  const read = vi.fn(async () => ({ done: false, value: { length: 200_000_000 } }));
  const response = { ok: true, headers: new Headers(), body: { getReader: () => ({ read, cancel }) } };
  vi.stubGlobal('fetch', async () => response);
  await expect(download('https://example.org/w')).rejects.toMatchObject({
    tag: 'FileLimit',
    explanation: { where: 'https://example.org/w' },
  });
  expect(read).toHaveBeenCalledTimes(3);
  expect(cancel).toHaveBeenCalledOnce();
});

test.each<[string, unknown, string]>([
  ["an error's words", new Error('refused'), 'refused'],
  ['the words of its cause, too, where Node keeps what happened', new Error('failed', { cause: new Error('DNS') }), 'failed: DNS'], // biome-ignore format: one line
  ['what else was thrown', 'no network', 'no network'],
])('a connection that fails is told by %s', async (_, error, found) => {
  vi.stubGlobal('fetch', () => Promise.reject(error));
  await expect(download('https://example.org/w')).rejects.toMatchObject({ tag: 'Download', explanation: { found } });
});
