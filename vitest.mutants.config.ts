import { defineConfig } from 'vitest/config';
import { builtParser } from './test/helpers/built-parser.js';

// The tests that `npm run mutants` holds mutants against: those of the rooms it mutates, and of the jobs on top of them.
export default defineConfig({
  plugins: [builtParser()],
  test: {
    include: ['test/{network,shufflenet,evaluator,parity,property,jobs}/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
