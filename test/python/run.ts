// Scripts that make-reference wrote, run by a real Python: numpy's where there is one, Keras's where it is named.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { type MakeReferenceOptions, makeReference } from '../../src/jobs/make-reference.js';

/** A Python that can run a script. */
export interface Python {
  readonly command: string;
  /** `Python 3.11.7 numpy 2.4.6 h5py 3.16.0`. */
  readonly name: string;
}

/**
 * The Python that `named` names, or else `python3`, if it can import the modules; the reason as text where it cannot.
 * A Python that was asked for by name and cannot is an error instead.
 */
export function findPython(named: string | undefined, modules: readonly string[]): Python | string {
  if (named === 'none') return 'no Python is wanted';
  const command = named || 'python3';
  const versions = modules.map((module) => `"${module}", ${module}.__version__`).join(', ');
  const program = `import sys, ${modules.join(', ')}; print("Python", sys.version.split()[0], ${versions})`;
  const { status, stdout, stderr, error } = spawnSync(command, ['-c', program], { encoding: 'utf8' });
  if (status === 0) return { command, name: stdout.trim() };
  const reason = `${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  if (named) throw new Error(reason);
  return reason;
}

/** A script to be made and run. */
export interface Task {
  /** The weights file's name and bytes. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly options: MakeReferenceOptions;
  readonly args: readonly string[];
  /** Other files, by name. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
}

/** How a script ended, and what it wrote. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** What was written as `reference.npz`; null when nothing was. */
  readonly reference: Source | null;
}

const DRIVER = fileURLToPath(new URL('run_scripts.py', import.meta.url));

/** Makes the scripts and runs them in one process, each in a folder with its weights: starting Python takes longest. */
export async function runScripts(
  { command }: Python,
  tasks: Readonly<Record<string, Task>>,
): Promise<Map<string, Ran>> {
  const root = mkdtempSync(join(tmpdir(), 'shuffleport-python-'));
  const scriptFor = scriptMaker();
  try {
    const listed = await Promise.all(
      Object.values(tasks).map(async ({ file, bytes, options, args, beside = {} }, i) => {
        const folder = join(root, String(i));
        mkdirSync(folder);
        const script = await scriptFor(file, bytes, options);
        for (const [name, data] of Object.entries({ ...beside, [file]: bytes }))
          writeFileSync(join(folder, name), data);
        writeFileSync(join(folder, 'record.py'), script);
        return { folder, args };
      }),
    );
    const ended = runRecords(command, listed);
    return new Map(
      Object.keys(tasks).map((name, i) => [name, { ...ended[i]!, reference: referenceIn(listed[i]!.folder) }]),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs the `record.py` of each folder there, one after another in one process. */
export function runRecords(
  command: string,
  folders: readonly { readonly folder: string; readonly args: readonly string[] }[],
): Omit<Ran, 'reference'>[] {
  const { status, stdout, stderr } = spawnSync(command, [DRIVER], { encoding: 'utf8', input: JSON.stringify(folders) });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1)) as Omit<Ran, 'reference'>[];
}

/** Makes each script once: tasks may differ in their arguments only. */
function scriptMaker(): (file: string, bytes: Uint8Array, options: MakeReferenceOptions) => Promise<string> {
  const made = new Map<Uint8Array, Map<string, Promise<string>>>();
  return (file, bytes, options) => {
    const scripts = made.get(bytes) ?? new Map<string, Promise<string>>();
    made.set(bytes, scripts);
    const key = JSON.stringify([file, options]);
    const script = scripts.get(key) ?? makeReference(bytesSource(file, bytes), options).then((result) => result.script);
    scripts.set(key, script);
    return script;
  };
}

function referenceIn(folder: string): Source | null {
  try {
    return bytesSource('reference.npz', new Uint8Array(readFileSync(join(folder, 'reference.npz'))));
  } catch {
    return null;
  }
}
