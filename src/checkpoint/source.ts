// How bytes reach the readers: a file, a URL, a dropped file and a shard beside its index are one thing.
import type { Checkpoint } from './checkpoint.js';

/** Something with a name and bytes. */
export interface Source {
  /** For messages; never used to decide what the file is. */
  readonly name: string;
  readonly size: number;
  /** All the bytes. */
  bytes(): Promise<Uint8Array>;
  /** A file in the same place, by base name. Absent where there is no such place (a dropped file). */
  sibling?(name: string): Promise<Source>;
  /** Opens it as a checkpoint elsewhere than in this thread. Absent where there is no elsewhere: then it is parsed here. */
  open?(): Promise<Checkpoint>;
}

/** Bytes in memory as a source. */
export function bytesSource(name: string, bytes: Uint8Array): Source {
  return { name, size: bytes.length, bytes: () => Promise.resolve(bytes) };
}
