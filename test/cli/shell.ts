// The command line, run in this process: its words caught, its files in a folder of their own.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Streams } from '../../src/cli/output.js';
import { run } from '../../src/cli/program.js';

/** What a command said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `shuffleport ARGS…`; the terminal is none unless told. */
export async function shuffleport(args: readonly string[], terminal: Partial<Streams> = {}): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const streams: Streams = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    interactive: false,
    color: false,
    ...terminal,
  };
  const code = await run(args, streams);
  return { code, out: out.join(''), err: err.join('') };
}

/** A path under fixtures/keras. */
export const keras = (name: string): string => fileURLToPath(new URL(`../../fixtures/keras/${name}`, import.meta.url));

/** A folder that is removed by `remove`. */
export interface Folder {
  /** A path in it. */
  at(name: string): string;
  /** Writes a file in it, and returns its path. */
  write(name: string, bytes: Uint8Array | string): string;
  list(): string[];
  remove(): void;
}

/** A new, empty folder. */
export function newFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'shuffleport-cli-'));
  const at = (name: string): string => join(root, name);
  return {
    at,
    write: (name, bytes) => {
      writeFileSync(at(name), bytes);
      return at(name);
    },
    list: () => readdirSync(root).sort(),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
