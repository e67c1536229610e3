// Where the page that `port` writes begins. It stands in index.html itself, built by vite.config.ts into one script
// that imports nothing but runtime.js, from beside it.
import { startDemo } from './demo.js';
import { viewOf } from './view.js';

/** A name that the build leaves alone. */
const RUNTIME = './runtime.js';

await startDemo(viewOf(document), {
  protocol: location.protocol,
  now: () => performance.now(),
  runtime: () => import(/* @vite-ignore */ RUNTIME),
});
