#!/usr/bin/env node
// How long `inspect` takes beside a line of h5py that lists the same file: a script, not a test. Each run is a process of
// its own; they take turns, and ratios are of runs that followed each other.
//
//   npm run compile && node test/bench/inspect.js [--rounds N] [--python PYTHON] FILE.h5
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, python: { type: 'string', default: 'python3' } },
  allowPositionals: true,
});
const [file] = positionals;
if (file === undefined) throw new Error('say which file');

const LIST = `import h5py, sys
h5py.File(sys.argv[1]).visititems(lambda name, o: print(name, o.shape, o.dtype) if hasattr(o, 'shape') else None)`;
const BIN = fileURLToPath(new URL('../../bin/shuffleport.js', import.meta.url));
const COMMANDS = { h5py: [values.python, '-c', LIST, file], inspect: [process.execPath, BIN, 'inspect', file] };

/** Milliseconds that a command takes. */
function time([program, ...args]) {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return performance.now() - began;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const times = { h5py: [], inspect: [] };
// The first round is not counted: files are read into the system's memory in it.
for (let round = -1; round < Number(values.rounds); round++) {
  for (const [name, command] of Object.entries(COMMANDS)) {
    const took = time(command);
    if (round >= 0) times[name].push(took);
  }
}
for (const [name, taken] of Object.entries(times)) {
  const ratio = median(taken.map((took, round) => took / times.h5py[round]));
  const [least, middle] = [Math.min(...taken), median(taken)];
  console.log(`${name}: least ${least.toFixed(0)} ms, median ${middle.toFixed(0)} ms, ${ratio.toFixed(2)} of h5py's`);
}
