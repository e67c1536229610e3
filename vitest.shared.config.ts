import { defineConfig } from 'vitest/config';
import { builtParser } from './test/helpers/built-parser.js';

// Where to write the counts as JSON beside the usual report; .ci/run adds them up.
const report = process.env.SHUFFLEPORT_TEST_REPORT;

// Holds the product against the indexes of a directory of real, reported and damaged files beside the repository, or
// where SHUFFLEPORT_SHARED says. Run by .ci/run when the directory is there.
export default defineConfig({
  plugins: [builtParser()],
  test: {
    ...(report !== undefined && { reporters: ['default', 'json'], outputFile: { json: report } }),
    include: ['test/shared/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
