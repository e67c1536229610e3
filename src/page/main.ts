// Where the page that `port` writes begins. It stands in index.html itself, built by vite.config.ts into one script
// that imports nothing but runtime.js, from beside it.
import { startDemo } from './demo.js';
import { viewOf } from './view.js';

/** A name that the build leaves alone. */
const RUNTIME = './runtime.js';

/** More have little left to do in a network of this size. */
const MOST_THREADS = 4;

await startDemo(viewOf(document), {
  protocol: location.protocol,
  threads: crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1,
  now: () => performance.now(),
  runtime: () => import(/* @vite-ignore */ RUNTIME),
});
