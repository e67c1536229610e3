// One thread for many mutants. A new thread for each bad file, as commands have it, takes 0.3 s of loading the HDF5
// library; so the same parser is kept over errors here, for a while, and whatever looks wrong is read again alone.
import type { Checkpoint, CheckpointWeight } from '../../src/checkpoint/checkpoint.js';
import type { Source } from '../../src/checkpoint/source.js';
import { isShuffleportError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { faultOf, type OpenedData, type TensorParts } from '../../src/node/parser-protocol.js';
import { ParserThread, secondsFor } from '../../src/node/parser-thread.js';
import type { Opener } from './reading.js';

/** Errors after which the thread is replaced: each costs the library some of its stack. */
const MAX_ERRORS = 30;
/** Files after which it is replaced. */
const MAX_FILES = 100;
/** What WebAssembly says when the library itself has come to grief; nothing it says afterwards counts. */
const TRAP = /memory access|unreachable|table index|null function|signature|Aborted|call stack|memory limit/i;

/** An opener that keeps its thread. */
export function quickOpener(): Opener {
  let thread = new ParserThread();
  let errors = 0;
  let files = 0;
  const renew = (): void => {
    thread.stop();
    thread = new ParserThread();
    errors = files = 0;
  };
  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      const isOver = !isShuffleportError(error) || error.tag.startsWith('Parser') || TRAP.test(error.message);
      errors += isOver ? MAX_ERRORS : 1;
      throw error;
    }
  };
  return async (source) => {
    if (errors >= MAX_ERRORS || ++files > MAX_FILES) renew();
    return openIn(thread, source, watched);
  };
}

type Watched = <T>(answer: Promise<T>) => Promise<T>;

async function openIn(thread: ParserThread, source: Source, watched: Watched): Promise<Checkpoint> {
  thread.about(source, secondsFor(source.size));
  const question = { ask: 'open', name: source.name, bytes: await source.bytes(), hasSiblings: false } as const;
  const { layers, ...facts } = await watched(thread.ask<OpenedData>(question));
  const read = async (layer: number, weight: number): ReturnType<CheckpointWeight['read']> => {
    const { data, shape } = await watched(thread.ask<TensorParts>({ ask: 'read', layer, weight }));
    return tensor(data, shape);
  };
  return {
    ...facts,
    layers: layers.map((layer, i) => ({
      ...layer,
      weights: layer.weights.map(({ fault, ...weight }, j) => ({
        ...weight,
        ...(fault !== undefined && { fault: faultOf(fault) }),
        read: () => read(i, j),
      })),
    })),
    close: () => void thread.ask({ ask: 'close' }).catch(() => {}),
  };
}
