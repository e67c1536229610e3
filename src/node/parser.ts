// Files are hostile, and the HDF5 library can hang or die on a damaged one. So a file is parsed in a thread of its own,
// with a limit on time and memory: what happens there is a tagged error here, and the next file gets another thread.
import type { Checkpoint, CheckpointWeight } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { faultOf, type OpenedData, type TensorParts } from './parser-protocol.js';
import { ParserThread, secondsFor } from './parser-thread.js';

/** What parsing may take. */
export interface ParserLimits {
  /** Most seconds without an answer. Default: `secondsFor` the file's size. */
  readonly seconds?: number;
}

/** A thread that has nothing to do, kept for the next file. */
let spare: ParserThread | undefined;

/** The same file, opened in a thread of its own by whoever opens it. */
export function isolated(source: Source, limits: ParserLimits = {}): Source {
  return { ...source, open: () => openIsolated(source, limits) };
}

/** Opens a file as a checkpoint, in a thread of its own. The caller must `close()` it. */
async function openIsolated(source: Source, { seconds = secondsFor(source.size) }: ParserLimits): Promise<Checkpoint> {
  const bytes = await source.bytes();
  const thread = takeThread();
  thread.about(source, seconds);
  try {
    const hasSiblings = source.sibling !== undefined;
    const opened = await thread.ask<OpenedData>({ ask: 'open', name: source.name, bytes, hasSiblings });
    return remoteCheckpoint(opened, thread);
  } catch (error) {
    thread.stop();
    throw error;
  }
}

function takeThread(): ParserThread {
  const thread = spare?.usable ? spare : new ParserThread();
  spare = undefined;
  return thread;
}

function remoteCheckpoint({ layers, ...facts }: OpenedData, thread: ParserThread): Checkpoint {
  let open = true;
  const read = async (layer: number, weight: number): Promise<Tensor> => {
    if (!open) throw new Error('this checkpoint is closed');
    const { data, shape } = await thread.ask<TensorParts>({ ask: 'read', layer, weight });
    return tensor(data, shape);
  };
  return {
    ...facts,
    layers: layers.map((layer, i) => ({
      ...layer,
      weights: layer.weights.map(
        ({ fault, ...weight }, j): CheckpointWeight => ({
          ...weight,
          ...(fault !== undefined && { fault: faultOf(fault) }),
          read: () => read(i, j),
        }),
      ),
    })),
    close: () => {
      if (open) giveBack(thread);
      open = false;
    },
  };
}

/** A thread that only ever gave good answers is kept for the next file; the others end. */
function giveBack(thread: ParserThread): void {
  if (spare === undefined && thread.usable) {
    thread.ask({ ask: 'close' }).catch(() => thread.stop());
    spare = thread;
  } else {
    thread.stop();
  }
}
