import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { ParserThread } from '../../src/node/parser-thread.js';
import { type StartedThread, startThreadEarly, takeStartedThread } from '../../src/node/start-thread.js';

const taken: StartedThread[] = [];
const take = (entry?: URL): StartedThread => {
  const started = takeStartedThread(entry);
  taken.push(started);
  return started;
};
afterEach(async () => {
  for (const { worker } of taken.splice(0)) await worker.terminate();
});

const running = (code: string): URL => new URL(`data:text/javascript,${code}`);

test('a thread started early is taken once, and knows that it is online', async () => {
  startThreadEarly();
  startThreadEarly();
  const first = take();
  if (!first.online) await once(first.worker, 'online');
  expect(first.online).toBe(true);
  expect(take().worker).not.toBe(first.worker);
});

test('one that fails before anybody listens keeps its error', async () => {
  const started = take(running('throw new Error("early")'));
  await new Promise((resolve) => started.worker.once('exit', resolve));
  expect(started.error?.message).toBe('early');
});

test('another entry is never served by the thread that waits', () => {
  startThreadEarly();
  const other = take(running(''));
  const waiting = take();
  expect(other.worker).not.toBe(waiting.worker);
});

test('a thread started early answers as any other', async () => {
  startThreadEarly();
  const thread = new ParserThread();
  await expect(thread.ask({ ask: 'close' })).resolves.toBeNull();
  thread.stop();
});
