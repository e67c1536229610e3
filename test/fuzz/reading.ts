// What a file was read as, by us or by others, in few words: enough to hold one against the other.
import { createHash } from 'node:crypto';
import type { Checkpoint, CheckpointWeight } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { isShuffleportError } from '../../src/core/errors.js';
import { type Tensor, toFloat64 } from '../../src/core/tensor.js';
import { encodeElements } from '../../src/formats/elements.js';
import { isolated } from '../../src/node/parser.js';
import type { Mutant } from './mutate.js';

/** A weight: its values as a digest, or why it has none. */
export interface ReadWeight {
  readonly name: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  /** SHA-256 of the values as little-endian float64, row-major, every NaN as the same one. */
  readonly digest?: string;
  /** Of ours: whether the values stand in the file just so, byte for byte. */
  readonly stored?: boolean;
  readonly error?: string;
}

/** A layer: its weights, or why they are not known. */
export interface ReadLayer {
  /** `null` where the file states none. */
  readonly name: string | null;
  /** Where it stands, in formats that do not go by names. */
  readonly path?: string;
  readonly weights?: readonly ReadWeight[];
  readonly error?: string;
}

/** A file: its layers, or why there are none. An error of ours goes by its tag. */
export interface Reading {
  readonly layers?: readonly ReadLayer[];
  readonly error?: string;
}

/** What we read. */
export interface OurReading extends Reading {
  /** Whether layers are listed by name in the file, or found by their places in it. */
  readonly container?: Checkpoint['container'];
  /** Errors that are none of ours: faults. */
  readonly untagged: readonly string[];
  readonly seconds: number;
}

/** Opens a mutant as a checkpoint. */
export type Opener = (source: Source) => Promise<Checkpoint>;

/** As every command opens a file: in a thread of its own. */
export const openIsolated: Opener = (source) => openCheckpoint(isolated(source));

/** Everything that is in a mutant, as we read it. Never rejects. */
export async function readOurs(
  { base, bytes }: Pick<Mutant, 'base' | 'bytes'>,
  open: Opener = openIsolated,
): Promise<OurReading> {
  const untagged: string[] = [];
  const started = performance.now();
  const tagOf = (error: unknown): string => {
    if (isShuffleportError(error)) return error.tag;
    untagged.push(error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error));
    return 'untagged';
  };
  const reading = await readAll(bytesSource(base, bytes), bytes, open, tagOf);
  return { ...reading, untagged, seconds: (performance.now() - started) / 1000 };
}

type TagOf = (error: unknown) => string;

async function readAll(
  source: Source,
  bytes: Uint8Array,
  open: Opener,
  tagOf: TagOf,
): Promise<Pick<OurReading, 'layers' | 'error' | 'container'>> {
  let checkpoint: Checkpoint;
  try {
    checkpoint = await open(source);
  } catch (error) {
    return { error: tagOf(error) };
  }
  const layers: ReadLayer[] = [];
  for (const { name, weights } of checkpoint.layers) {
    const read: ReadWeight[] = [];
    for (const weight of weights) read.push(await readWeight(weight, bytes, tagOf));
    layers.push({ name, weights: read });
  }
  checkpoint.close();
  return { layers, container: checkpoint.container };
}

async function readWeight(
  { name, dtype, shape, fault, read }: CheckpointWeight,
  bytes: Uint8Array,
  tagOf: TagOf,
): Promise<ReadWeight> {
  if (fault !== undefined) return { name, error: tagOf(fault) };
  try {
    const values = await read();
    const stored = asBuffer(bytes).includes(asBuffer(encodeElements(values)));
    return { name, dtype, shape, digest: digestOf(values), stored };
  } catch (error) {
    return { name, error: tagOf(error) };
  }
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);

const NAN = 0x7ff8000000000000n;

/** As fixtures/oracle/reads.py makes it. */
export function digestOf(t: Tensor): string {
  const values = toFloat64(t);
  const bytes = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    if (Number.isNaN(value)) bytes.setBigUint64(8 * i, NAN, true);
    else bytes.setFloat64(8 * i, value, true);
  });
  return createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex');
}
