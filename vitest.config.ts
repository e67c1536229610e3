import { defineConfig } from 'vitest/config';
import { builtParser } from './test/helpers/built-parser.js';

// Where to write the counts as JSON beside the usual report; .ci/run adds them up.
const report = process.env.SHUFFLEPORT_TEST_REPORT;

// The suite of `npm test`. What needs files outside the repository is in vitest.shared.config.ts, the packed package in
// vitest.consumer.config.ts.
export default defineConfig({
  plugins: [builtParser()],
  test: {
    ...(report !== undefined && { reporters: ['default', 'json'], outputFile: { json: report } }),
    include: ['test/**/*.test.ts'],
    // test/mutants has packages of its own once `npm run mutants` has run, with tests in them.
    exclude: ['test/shared/**', 'test/mutants/**', 'test/package.test.ts'],
    // Vitest leaves one core to itself; on two that would be half of the machine.
    maxWorkers: '100%',
    // Test files share their imports: what they share beside that is what any program shares that imports them.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
