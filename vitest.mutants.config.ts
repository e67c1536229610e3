import { defineConfig } from 'vitest/config';
import { builtParser } from './test/helpers/built-parser.js';

// The tests that `npm run mutants` holds mutants against: those of the rooms it mutates. What only a test of a floor above
// would notice counts as alive.
export default defineConfig({
  plugins: [builtParser()],
  test: {
    include: ['test/{shufflenet,evaluator,parity}/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
