// A process that reads mutants, one after another, as it is told their numbers. main.ts starts it, and another when it
// dies: whatever a file does to it is seen from outside.
import { readBases } from './bases.js';
import { judge, type Verdict } from './judge.js';
import { type Mutant, mutantOf } from './mutate.js';
import { startReadsOracle } from './oracle.js';
import { quickOpener } from './quick.js';
import { type Opener, openIsolated, type Reading, readOurs } from './reading.js';

/** From main.ts. */
export interface Task {
  readonly seed: number;
  readonly number: number;
}

/** To main.ts: who answers for the others, or why nobody does; then a verdict for each task. */
export type Report =
  | { readonly oracle: string | null }
  | { readonly number: number; readonly base: string; readonly verdict: Verdict };

/** One in this many is read as commands read files, from the beginning; the others so only when something is odd. */
const ISOLATED_EVERY = 25;

const say = (report: Report): void => void process.send!(report);

/** Rejections and exceptions that nobody caught since the last mutant. */
const stray: string[] = [];

const goodReadings = new Map<string, Promise<Reading>>();

/** What others read in the file before it was damaged; asked once for each. */
function goodReading({ base, kind, good }: Mutant): Promise<Reading> {
  const known = goodReadings.get(base) ?? oracle!.ask({ kind, bytes: good });
  goodReadings.set(base, known);
  return known;
}

async function judgeMutant(mutant: Mutant, open: Opener, twice: boolean): Promise<Verdict> {
  const [ours, theirs] = await Promise.all([readOurs(mutant, open), oracle!.ask(mutant, twice)]);
  return judge({ ...ours, untagged: [...ours.untagged, ...stray.splice(0)] }, theirs, await goodReading(mutant));
}

async function work({ seed, number }: Task): Promise<void> {
  const mutant = mutantOf(bases, seed, number);
  let verdict = number % ISOLATED_EVERY === 0 ? undefined : await judgeMutant(mutant, quick, false);
  if (verdict === undefined || verdict.verdict === 'fault' || verdict.verdict === 'looser') {
    verdict = await judgeMutant(mutant, openIsolated, true);
  }
  say({ number, base: mutant.base, verdict });
}

process.on('unhandledRejection', (reason) => stray.push(`unhandled rejection: ${reason}`));
process.on('uncaughtException', (error) => stray.push(`uncaught: ${error.stack}`));
process.on('disconnect', () => process.exit());
const bases = readBases(process.env.FUZZ_ROOT!);
const quick = quickOpener();
const oracle = await startReadsOracle(process.env.FUZZ_ROOT!).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
say({ oracle: oracle?.name ?? null });
process.on('message', (task: Task) => void work(task));
