// A Python script that answers questions while the tests run: a line of JSON each way, both with the question's number.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A running Python; `Answer` is what its lines hold besides the number. */
export interface Python<Answer> {
  /** Who answers, as the script says when it is ready: `numpy 2.4.6`. */
  readonly name: string;
  ask(question: object): Promise<Answer>;
  /** Ends the process. */
  close(): Promise<void>;
}

/**
 * Starts `script` with the Python that is named, or else `python3`. `undefined` where that is absent or lacks what the
 * script imports, and for the name `none`; a Python that was asked for by name and cannot answer is an error instead.
 */
export async function startPython<Answer>(script: string, named?: string): Promise<Python<Answer> | undefined> {
  if (named === 'none') return undefined;
  const python = spawn(named || 'python3', [script]);
  let complaint = '';
  python.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk;
  });
  const ended = new Promise<undefined>((resolve) => {
    python.on('error', (error) => {
      complaint += error.message;
      resolve(undefined);
    });
    python.on('close', () => resolve(undefined));
  });
  const ready = await Promise.race([conversation<Answer>(python), ended]);
  if (ready === undefined && named) throw new Error(`SHUFFLEPORT_PYTHON=${named} does not answer: ${complaint.trim()}`);
  return ready && { ...ready, close: () => stop(python, ended) };
}

async function stop(python: ChildProcessWithoutNullStreams, ended: Promise<undefined>): Promise<void> {
  python.stdin.end();
  await ended;
}

/** Resolves when the process has said that it is ready. */
function conversation<Answer>(python: ChildProcessWithoutNullStreams): Promise<Omit<Python<Answer>, 'close'>> {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let last = 0;
  const ask = (question: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      python.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  python.stdin.on('error', () => {}); // A process that has died says so by closing.
  python.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the oracle ended without an answer'));
  });
  return new Promise((resolve) => {
    createInterface(python.stdout).on('line', (line) => {
      const { id, ready, ...answer } = JSON.parse(line) as { id?: number; ready?: string };
      if (ready !== undefined) return resolve({ name: ready, ask });
      waiting.get(id!)!.resolve(answer as Answer);
      waiting.delete(id!);
    });
  });
}
