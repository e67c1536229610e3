import { defineConfig } from 'vitest/config';

// Where to write the counts as JSON beside the usual report; .ci/run adds them up.
const report = process.env.SHUFFLEPORT_TEST_REPORT;

// The package as users get it: packed, installed, compiled against. Half a minute, so it is one of the checks
// (`npm run check:consumer`), not part of the suite.
export default defineConfig({
  test: {
    ...(report !== undefined && { reporters: ['default', 'json'], outputFile: { json: report } }),
    include: ['test/package.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
