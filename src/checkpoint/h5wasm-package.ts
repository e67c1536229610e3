// The only module that imports h5wasm, and only when needed: it is 4 MB. Next to nothing else is here, so that a thread
// can begin with it.
import { keepingAwake } from '../core/keep-awake.js';

/** The package, loaded once, its library ready. */
export async function loadH5wasm() {
  const h5wasm = await import('h5wasm');
  await keepingAwake(h5wasm.ready);
  return h5wasm;
}
