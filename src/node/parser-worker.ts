// Where the thread that parses begins: its memory limited, and the HDF5 library, which takes longest to load, first.
import { parentPort, workerData } from 'node:worker_threads';
import { loadH5wasm } from '../checkpoint/h5wasm-package.js';
import { optimisedLate } from './late-optimisation.js';
import type { ThreadData } from './start-thread.js';

/**
 * Most memory that the HDF5 library may take: Keras's largest published networks have tensors of 0.4 GB (VGG's `fc1`),
 * and a hostile file must not take what the machine has.
 */
const MAX_LIBRARY_BYTES = 1024 ** 3;

limitWebAssembly();
const loading = (workerData as ThreadData).ownProcess ? optimisedLate(loadH5wasm) : loadH5wasm();
loading.catch(() => undefined); // whoever opens a file meets the same error, and tells it
void import('./parser-service.js').then(({ serve }) => serve(parentPort!));

/** The library asks for more memory through this one function; refused, it reports that there is none. */
function limitWebAssembly(): void {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * 65_536 > MAX_LIBRARY_BYTES)
      throw new RangeError('the memory limit is reached');
    return grow.call(this, pages);
  };
}
