// The command line and the thread that parses as a few files: a module each, read one by one, would be half of what
// `inspect` takes. And the script of the page that `port` writes. The library in `dist/` stays as tsc writes it, but for
// runtime.js: vite.runtime.config.ts.
import { defineConfig } from 'vite';
import { libraryApart } from './vite.h5wasm.js';

export default defineConfig({
  logLevel: 'warn',
  plugins: [libraryApart()],
  ssr: { noExternal: ['h5wasm'] },
  build: {
    ssr: true,
    ssrEmitAssets: true,
    target: 'node20',
    outDir: 'dist/bundle',
    sourcemap: true,
    minify: false,
    rollupOptions: {
      input: { main: 'src/cli/main.ts', 'parser-worker': 'src/node/parser-worker.ts', page: 'src/page/main.ts' },
      // All side by side: the thread's file is found beside whichever file starts it.
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
