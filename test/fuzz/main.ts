// `npm run fuzz`: good files made bad by the thousand, read by us and by h5py. Read mutate.ts (how they are made bad) and
// judge.ts (what may come of it) first; run.js builds this and starts it.
//
//   --seed N     which mutants (default: 1)
//   --count N    how many (default: 20000)
//   --seconds N  at most so long (default: as long as it takes)
//   --jobs N     processes at a time (default: 2)
//   --only K     mutant K alone, told in full
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBases } from './bases.js';
import type { Report, Task } from './job.js';
import type { Verdict } from './judge.js';
import { mutantOf } from './mutate.js';
import { startReadsOracle } from './oracle.js';
import { readOurs } from './reading.js';
import { Tally } from './tally.js';

const ROOT = process.env.FUZZ_ROOT!;
/** Longest that one mutant may keep a process busy: everything in it has shorter limits of its own. */
const MAX_TASK_SECONDS = 120;

const { values } = parseArgs({
  options: Object.fromEntries(
    ['seed', 'count', 'seconds', 'jobs', 'only'].map((name) => [name, { type: 'string' }]),
  ) as Record<string, { type: 'string' }>,
});
const flag = (name: string, otherwise: number): number => Number(values[name] ?? otherwise);

/** The numbers still to be done, handed out in order until the time is over. */
interface Queue {
  readonly seed: number;
  readonly next: () => number | undefined;
}

/** Runs mutants in one process, and in another when that ends; resolves when none is left. */
function runJob(queue: Queue, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const job = fork(new URL('./job.js', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let current: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const give = (): void => {
      clearTimeout(timer);
      current = tally.oracle === null ? undefined : queue.next();
      if (current === undefined) return void job.disconnect();
      timer = setTimeout(() => job.kill('SIGKILL'), MAX_TASK_SECONDS * 1000);
      job.send({ seed: queue.seed, number: current } satisfies Task);
    };
    job.on('message', (report: Report) => {
      if ('oracle' in report) tally.oracle = report.oracle;
      else keep(queue.seed, report.number, report.base, report.verdict, tally);
      give();
    });
    job.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (current === undefined) return resolve();
      const reasons = [`the process ended: ${signal ?? code}`];
      keep(queue.seed, current, '?', { verdict: 'fault', reasons, stricter: false }, tally);
      resolve(runJob(queue, tally));
    });
  });
}

/** Counts a verdict; a mutant that is a fault, or is read where others fail, is told and kept. */
function keep(seed: number, number: number, base: string, verdict: Verdict, tally: Tally): void {
  tally.add(verdict);
  if (verdict.verdict !== 'fault' && verdict.verdict !== 'looser') return;
  const file = save(seed, number);
  console.log(
    `${verdict.verdict} --seed ${seed} --only ${number} (${base}): ${verdict.reasons.slice(0, 3).join('; ')}\n  ${file}`,
  );
}

function save(seed: number, number: number): string {
  const mutant = mutantOf(readBases(ROOT), seed, number);
  const folder = join(ROOT, 'out/fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${seed}-${number}-${mutant.base.slice(mutant.base.lastIndexOf('/') + 1)}`);
  writeFileSync(file, mutant.bytes);
  return file;
}

async function tellOne(seed: number, number: number): Promise<void> {
  const mutant = mutantOf(readBases(ROOT), seed, number);
  const oracle = await startReadsOracle(ROOT);
  console.log(save(seed, number));
  console.log('we read:', JSON.stringify(await readOurs(mutant), null, 1));
  console.log(`${oracle?.name}:`, JSON.stringify(await oracle?.ask(mutant), null, 1));
  oracle?.close();
}

async function runAll(seed: number): Promise<number> {
  const count = flag('count', 20_000);
  const started = performance.now();
  const deadline = started + 1000 * flag('seconds', Number.POSITIVE_INFINITY);
  let given = 0;
  const next = (): number | undefined => (given < count && performance.now() < deadline ? given++ : undefined);
  const tally = new Tally();
  console.log(`seed ${seed}`);
  await Promise.all(Array.from({ length: flag('jobs', 2) }, () => runJob({ seed, next }, tally)));
  console.log(tally.text((performance.now() - started) / 1000));
  // Without an answer from Python or its absence, no file was read: the jobs ended, and said why.
  return tally.failed > 0 || tally.oracle === undefined ? 1 : 0;
}

const seed = flag('seed', 1);
if (values.only === undefined) process.exitCode = await runAll(seed);
else await tellOne(seed, Number(values.only));
