#!/usr/bin/env node
// `npm run fuzz`: builds main.ts, and with it the sources as they are, then runs it with the same arguments.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
// Inside node_modules, so that the built files find the packages they import.
const folder = join(root, 'node_modules/.cache/shuffleport', `fuzz-${process.pid}`);
try {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      rollupOptions: {
        input: {
          main: join(root, 'test/fuzz/main.ts'),
          job: join(root, 'test/fuzz/job.ts'),
          'parser-worker': join(root, 'src/node/parser-worker.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  const options = { stdio: 'inherit', env: { ...process.env, FUZZ_ROOT: root } };
  process.exitCode =
    spawnSync(process.execPath, [join(folder, 'main.js'), ...process.argv.slice(2)], options).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
