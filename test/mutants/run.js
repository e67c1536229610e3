#!/usr/bin/env node
// `npm run mutants`: Stryker over windows of the code that decides (src/shufflenet, src/evaluator, src/parity), drawn by a
// seed. All of it has some eight thousand mutants and would take a day; the windows' score is an estimate of the whole's.
//
//   --seed N      which windows (default: 1)
//   --windows N   how many, of 12 lines each (default: 40, some 250 mutants, about half an hour on two cores)
//   --file PATH   one file, whole, in place of windows; repeatable
//   --concurrency N   test runners at once (default: Stryker's, one per core on small machines)
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '../..');
const ROOMS = ['src/shufflenet', 'src/evaluator', 'src/parity'];
const LINES = 12;
/** Below this the run fails. */
const LEAST_SCORE = 80;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    windows: { type: 'string' },
    file: { type: 'string', multiple: true },
    concurrency: { type: 'string' },
  },
});

const mutate = values.file ?? windows(Number(values.seed ?? 1), Number(values.windows ?? 40));
process.chdir(root);
const results = await new Stryker({
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutants.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // Values that are made once, when a module is read, would need every test run again for each of their mutants.
  ignoreStatic: true,
  disableTypeChecks: true,
  timeoutMS: 20_000,
  timeoutFactor: 2,
  ...(values.concurrency !== undefined && { concurrency: Number(values.concurrency) }),
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'out/mutants.json' },
  tempDirName: 'out/mutants',
  mutate,
}).runMutationTest();

const count = (...states) => results.filter(({ status }) => states.includes(status)).length;
const killed = count('Killed', 'Timeout');
const alive = count('Survived', 'NoCoverage');
const score = (100 * killed) / (killed + alive);
console.log(`${killed} of ${killed + alive} mutants killed, ${score.toFixed(1)} %; asked are ${LEAST_SCORE} %`);
if (!(score >= LEAST_SCORE)) process.exitCode = 1;

/** `file:first-last`, the windows in the order they were drawn; a line is as likely in a short file as in a long one. */
function windows(seed, number) {
  const draw = drawer(seed);
  const places = ROOMS.flatMap(sourcesIn).flatMap((file) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n').length;
    return Array.from({ length: Math.ceil(lines / LINES) }, (_, i) => `${file}:${i * LINES + 1}-${(i + 1) * LINES}`);
  });
  return Array.from({ length: Math.min(number, places.length) }, () => places.splice(draw(places.length), 1)[0]);
}

function sourcesIn(room) {
  return readdirSync(join(root, room), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name))
    .sort();
}

/** Numbers below `n`, the same for the same seed (Numerical Recipes' congruential generator). */
function drawer(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
