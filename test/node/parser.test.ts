// Parsing in a thread of its own: the same checkpoint as without one, and whatever a file does to it is an error here.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { LinkRefusedError, MissingDatasetError } from '../../src/checkpoint/errors.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { isShuffleportError } from '../../src/core/errors.js';
import { FileLimitError } from '../../src/formats/errors.js';
import { isolated } from '../../src/node/parser.js';
import { errorData, errorOf } from '../../src/node/parser-protocol.js';
import { ParserThread, secondsFor } from '../../src/node/parser-thread.js';
import { startThreadEarly } from '../../src/node/start-thread.js';
import { damagedBytes } from '../helpers/damaged.js';

const damaged = (name: string): Source => bytesSource(`${name}.h5`, damagedBytes(name));
const trained = (): Source => {
  const path = new URL('../../fixtures/keras/trained-digits-g3/weights.h5', import.meta.url);
  return bytesSource('weights.h5', new Uint8Array(readFileSync(path)));
};

/** All that can be seen of a file: what it says, every weight's values or error. */
async function contents(source: Source): Promise<unknown> {
  let checkpoint: Checkpoint;
  try {
    checkpoint = await openCheckpoint(source);
  } catch (error) {
    return seen(error);
  }
  const { close: _, layers, ...facts } = checkpoint;
  const weights = layers.flatMap((layer) =>
    layer.weights.map(async ({ read, fault, ...weight }) => ({
      layer: layer.name,
      className: layer.className,
      ...weight,
      fault: fault && seen(fault),
      values: await read().then(({ data, shape }) => ({ data, shape }), seen),
    })),
  );
  const all = { facts, layers: layers.map(({ name }) => name), weights: await Promise.all(weights) };
  checkpoint.close();
  return all;
}

/** A fault of the library has a text of its own each time; ours must arrive word for word. */
function seen(error: unknown): unknown {
  if (!isShuffleportError(error)) throw error;
  const { cause: _, ...fields } = { cause: undefined, ...error };
  return { class: Object.getPrototypeOf(error).constructor.name, ...fields, message: error.message };
}

describe('a file parsed in a thread of its own', () => {
  test('has the same layers, weights and values as parsed here', async () => {
    expect(await contents(isolated(trained()))).toEqual(await contents(trained()));
  });

  // One of each kind of fault; a thread that met one is not used again, so each costs a start.
  test.each([
    'corrupt-gzip',
    'external-link',
    'external-storage',
    'garbage-tail',
    'lzf',
    'missing-dataset',
    'not-keras',
    'proto-names',
    'shape-bomb',
    'types',
    'utf8-names',
    'virtual',
  ])('has the same faults too: %s', async (name) => {
    expect(await contents(isolated(damaged(name)))).toEqual(await contents(damaged(name)));
  });

  test('leaves its bytes to whoever has them', async () => {
    const source = trained();
    (await openCheckpoint(isolated(source))).close();
    expect((await source.bytes()).length).toBe(source.size);
  });

  test('cannot be read once it is closed', async () => {
    const checkpoint = await openCheckpoint(isolated(trained()));
    const weight = checkpoint.layers.flatMap(({ weights }) => weights)[0]!;
    checkpoint.close();
    checkpoint.close();
    await expect(weight.read()).rejects.toThrow('this checkpoint is closed');
  });

  test('gets a thread that was started early, and the next file gets it after that', async () => {
    startThreadEarly();
    for (let file = 0; file < 3; file++) (await openCheckpoint(isolated(trained()))).close();
  });

  test('does not disturb another that is open at the same time', async () => {
    const [a, b] = await Promise.all([openCheckpoint(isolated(trained())), openCheckpoint(isolated(damaged('gzip')))]);
    await expect(openCheckpoint(isolated(damaged('truncated')))).rejects.toMatchObject({ kind: 'file' });
    const first = await a.layers.find(({ weights }) => weights.length > 0)!.weights[0]!.read();
    expect(first.data.length).toBeGreaterThan(0);
    a.close();
    expect((await b.layers.find(({ weights }) => weights.length > 0)!.weights[0]!.read()).data.length).toBeGreaterThan(
      0,
    );
    b.close();
  });

  test('may ask for the files beside it', async () => {
    const asked: string[] = [];
    const source: Source = {
      ...bytesSource('model.weights.json', new TextEncoder().encode(SHARDED)),
      sibling: async (name) => {
        asked.push(name);
        throw new MissingDatasetError(name, 'nothing');
      },
    };
    await expect(openCheckpoint(isolated(source))).rejects.toMatchObject({ kind: 'file' });
    expect(asked).toEqual(['model_00000.weights.h5']);
  });
});

/** An index as Keras 3.15 writes it, of one shard. */
const SHARDED = JSON.stringify({
  metadata: { total_size: 4 },
  weight_map: { '/layers/dense/vars': 'model_00000.weights.h5' },
});

/** A thread that runs `code` instead of parsing. */
const running = (code: string, seconds = 0.3): ParserThread => {
  const thread = new ParserThread(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  thread.about(bytesSource('hostile.h5', new Uint8Array()), seconds);
  return thread;
};
/** A WebAssembly module whose start function never returns: `(func (loop (br 0)))`. */
const ENDLESS =
  'new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,8,1,0,10,9,1,7,0,3,64,12,0,11,11)))';

describe('a thread', () => {
  test.each([
    [
      'hangs',
      'import("node:worker_threads").then(({ parentPort }) => parentPort.on("message", () => { for (;;); }))',
      'ParserTimeout',
    ],
    [
      'hangs in WebAssembly',
      `import("node:worker_threads").then(({ parentPort }) => parentPort.on("message", () => ${ENDLESS}))`,
      'ParserTimeout',
    ],
    ['throws', 'throw new Error("broken")', 'ParserCrash'],
    ['ends', 'process.exit(0)', 'ParserCrash'],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e6).fill({}))', 'ParserMemory'],
  ])('that %s is a tagged error in bounded time', async (_, code, tag) => {
    const thread = running(code, tag === 'ParserTimeout' ? 0.3 : 30);
    const started = performance.now();
    await expect(thread.ask({ ask: 'close' })).rejects.toMatchObject({
      tag,
      kind: 'file',
      message: expect.stringContaining('hostile.h5'),
    });
    expect(thread.usable).toBe(false);
    await expect(thread.ask({ ask: 'close' })).rejects.toMatchObject({ tag });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('is used for a bounded number of files', () => {
    const thread = running('setTimeout(() => {}, 1e6)');
    for (let file = 1; file < 50; file++) {
      expect(thread.usable).toBe(true);
      thread.about(bytesSource('x', new Uint8Array()), 1);
    }
    expect(thread.usable).toBe(false);
    thread.stop();
  });
});

test('a larger file is given more time, and any file less than 5 s until 4 MB', () => {
  expect(secondsFor(0)).toBe(3);
  expect(secondsFor(4 * 1024 ** 2)).toBe(5);
});

describe('an error', () => {
  test('arrives with its class and fields', () => {
    const sent = new LinkRefusedError('/a', 'a soft link');
    const arrived = errorOf(structuredClone(errorData(sent)));
    expect(arrived).toBeInstanceOf(LinkRefusedError);
    expect(arrived).toEqual(sent);
    expect(errorOf(errorData(new FileLimitError('x', 'bytes', 'a header', 2, 1)))).toBeInstanceOf(FileLimitError);
  });

  test('of no class of ours stays a fault of ours', () => {
    const arrived = errorOf(errorData(new RangeError('out of it')));
    expect(isShuffleportError(arrived)).toBe(false);
    expect(arrived).toMatchObject({ name: 'RangeError', message: 'out of it' });
    expect(errorOf(errorData('text'))).toMatchObject({ name: 'Error', message: 'text' });
  });
});
