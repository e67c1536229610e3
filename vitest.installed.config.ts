import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { builtParser } from './test/helpers/built-parser.js';
import { NAMES } from './test/helpers/installed-names.js';

// Where to write the counts as JSON beside the usual report; .ci/run adds them up.
const report = process.env.SHUFFLEPORT_TEST_REPORT;

// The real cases are beside the repository, or where SHUFFLEPORT_SHARED says. Without runtimes there is nothing to run them in.
const index = resolve(process.env.SHUFFLEPORT_SHARED ?? '../shared', 'cases/INDEX.json');
const named = NAMES.some((name) => process.env[name]);
if (named && !existsSync(index)) console.log(`SKIPPED real cases in these runtimes: ${index} is not there`);
const cases = named && existsSync(index) ? ['test/shared/exports.test.ts'] : [];

// Exports in runtimes that `npm ci` does not install (test/helpers/installed.ts): npm run test:runtimes, and steps of .ci/run.
export default defineConfig({
  plugins: [builtParser()],
  test: {
    ...(report !== undefined && { reporters: ['default', 'json'], outputFile: { json: report } }),
    include: ['test/runtimes/installed.test.ts', ...cases],
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
