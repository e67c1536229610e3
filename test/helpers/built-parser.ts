// The thread that parses cannot be started from TypeScript. When a test imports what starts it, it is built from the
// sources as they are, and started from there; never from a `dist` that may be older than the sources.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

const root = join(import.meta.dirname, '../..');
const STARTER = join(root, 'src/node/start-thread.ts');
const WORKER = 'parser-worker';

/** The plugin; in every vitest config whose tests open files. */
export function builtParser(): Plugin {
  // Inside node_modules, so that the built file finds the packages it imports.
  const folder = join(root, 'node_modules/.cache/shuffleport', `parser-${process.pid}`);
  let built: Promise<unknown> | undefined;
  return {
    name: 'built-parser',
    transform: async (code, id) => {
      if (id !== STARTER) return undefined;
      built ??= buildWorker(folder);
      await built;
      const url = pathToFileURL(join(folder, 'start-thread.js')).href;
      return { code: code.replace(/import\.meta\.url|__vite_ssr_import_meta__\.url/, JSON.stringify(url)), map: null };
    },
    closeBundle: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function buildWorker(folder: string): Promise<unknown> {
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      rollupOptions: {
        input: { [WORKER]: join(root, `src/node/${WORKER}.ts`) },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
}
