// A good file made bad, from a seed and a number: bits, numbers, blocks, lengths, names, and the fields of structures.
import { unzipSync, zipSync } from 'fflate';
import type { Base, Kind } from './bases.js';
import { type Anatomy, anatomyOf, type Field, reseal } from './fields.js';
import { mutateText } from './mutate-text.js';
import { type Random, randomOf } from './random.js';

/** A bad file. */
export interface Mutant {
  readonly seed: number;
  readonly number: number;
  /** The good file it was made from, for messages. */
  readonly base: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** The good file itself. */
  readonly good: Uint8Array;
}

/** The mutant of a seed and a number; the same every time. */
export function mutantOf(bases: readonly Base[], seed: number, number: number): Mutant {
  const random = randomOf(seed, number);
  const base = random.pick(bases);
  const { name, kind, bytes: good } = base;
  return { seed, number, base: name, kind, good, bytes: mutate(good, kind, base.anatomy, random) };
}

function mutate(bytes: Uint8Array, kind: Kind | 'text' | 'npy', anatomy: Anatomy, random: Random): Uint8Array {
  const isZip = kind === 'keras' || kind === 'npz';
  if (isZip && random.chance(0.6)) return mutateMember(bytes, random);
  if (kind === 'safetensors' && random.chance(0.7)) return mutateHeader(bytes, 8, random, rewriteLength);
  if (kind === 'npy' && random.chance(0.7)) return mutateHeader(bytes, 10, random, rewriteNpyLength);
  if (kind === 'text') return mutateText(bytes, random);
  let out: Uint8Array = bytes.slice();
  for (let left = 1 + random.below(random.chance(0.3) ? 6 : 2); left > 0; left--) out = damage(out, anatomy, random);
  // With right checksums the damage is believed further in.
  if (random.chance(0.75)) reseal(out, anatomy.seals);
  return out;
}

function damage(bytes: Uint8Array, anatomy: Anatomy, random: Random): Uint8Array {
  const { fields } = anatomy;
  if (fields.length > 0 && random.chance(0.65)) return setField(bytes, random.pick(fields), random);
  return random.pick(WAYS)(bytes, anatomy, random);
}

type Way = (bytes: Uint8Array, anatomy: Anatomy, random: Random) => Uint8Array;

const WAYS: readonly Way[] = [
  (bytes, _, random) => flipBit(bytes, random),
  (bytes, _, random) => setField(bytes, anyField(bytes, random), random),
  (bytes, anatomy, random) => copyBlock(bytes, anatomy, random),
  (bytes, anatomy, random) => swapFields(bytes, anatomy, random),
  (bytes, _, random) => changeLetter(bytes, random),
  (bytes, _, random) => (random.chance(0.3) ? changeLength(bytes, random) : changeLetter(bytes, random)),
];

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  bytes[at]! ^= 1 << random.below(8);
  return bytes;
}

function anyField(bytes: Uint8Array, random: Random): Field {
  const size = random.pick([1, 2, 4, 8]);
  return { at: size * random.below(Math.floor(bytes.length / size)), size };
}

/** A field gets a number that readers are known to trip over, or one near its own, or another field's. */
function setField(bytes: Uint8Array, { at, size }: Field, random: Random): Uint8Array {
  const mask = (1n << BigInt(8 * size)) - 1n;
  const value = random.chance(0.4) ? nearby(read(bytes, at, size), random) : interesting(bytes.length, random);
  write(bytes, at, size, value & mask);
  return bytes;
}

function nearby(value: bigint, random: Random): bigint {
  const step = BigInt(random.pick([1, 1, 2, 4, 8, 16, 256]));
  return random.chance(0.2)
    ? value ^ (1n << BigInt(random.below(64)))
    : random.chance(0.5)
      ? value + step
      : value - step;
}

function interesting(size: number, random: Random): bigint {
  const fixed = [0n, 1n, 2n, 3n, 7n, 8n, 9n, 64n, 127n, 128n, 255n, 0x7fffn, 0xffffn, 2n ** 31n - 1n, 2n ** 31n];
  const large = [2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
  const ofFile = [BigInt(size), BigInt(size) - 1n, BigInt(size >> 1), BigInt(8 * random.below(size / 8))];
  return random.pick([...fixed, ...large, ...ofFile, ...ofFile]);
}

function read(bytes: Uint8Array, at: number, size: number): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

function write(bytes: Uint8Array, at: number, size: number, value: bigint): void {
  for (let i = 0; i < size && at + i < bytes.length; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

/** Bytes from one place over those of another; mostly whole structures, so that the copy is believed. */
function copyBlock(bytes: Uint8Array, { starts }: Anatomy, random: Random): Uint8Array {
  const place = (): number =>
    starts.length > 0 && random.chance(0.7) ? random.pick(starts) : 8 * random.below(bytes.length / 8);
  const [from, to] = [place(), place()];
  const size = random.pick([4, 8, 16, 24, 40, 64, 256]);
  bytes.copyWithin(to, from, Math.min(from + size, bytes.length));
  return bytes;
}

function swapFields(bytes: Uint8Array, { fields }: Anatomy, random: Random): Uint8Array {
  const wide = fields.filter(({ size }) => size >= 4);
  if (wide.length === 0) return flipBit(bytes, random);
  const a = random.pick(wide);
  const b = random.pick(wide.filter(({ size }) => size === a.size));
  const [valueA, valueB] = [read(bytes, a.at, a.size), read(bytes, b.at, a.size)];
  write(bytes, a.at, a.size, valueB);
  write(bytes, b.at, a.size, valueA);
  return bytes;
}

const LETTERS = [0, 0x20, 0x2e, 0x2f, 0x30, 0x31, 0x3a, 0x5f, 0x61, 0x7f, 0x80, 0xc3, 0xff];

/** A letter of a name, of any text in the file. */
function changeLetter(bytes: Uint8Array, random: Random): Uint8Array {
  for (let tries = 0; tries < 200; tries++) {
    const at = random.below(bytes.length);
    if (!isLetter(bytes[at]!) || !isLetter(bytes[at + 1] ?? 0)) continue;
    bytes[at] = random.chance(0.5) ? random.pick(LETTERS) : bytes[at]! ^ 1;
    return bytes;
  }
  return flipBit(bytes, random);
}

const isLetter = (byte: number): boolean => byte >= 0x2d && byte <= 0x7a;

/** Cut off, cut out, put in. */
function changeLength(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  const size = random.pick([1, 4, 8, 64, 512]);
  const rest = bytes.subarray(at);
  return random.pick([
    () => bytes.slice(0, at),
    () => joined(bytes.subarray(0, at), rest.subarray(Math.min(size, rest.length))),
    () => joined(bytes.subarray(0, at), bytes.subarray(0, Math.min(size, bytes.length)), rest),
    () => joined(bytes, new Uint8Array(size)),
  ])();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const KIND_OF_MEMBER: Readonly<Record<string, 'hdf5' | 'npy' | 'text'>> = { h5: 'hdf5', npy: 'npy', json: 'text' };
/** The first day a zip archive can name; any other would depend on the clock. */
const DATE = new Date(1980, 0, 1, 12);

/** One member damaged, its checksum right again. */
function mutateMember(bytes: Uint8Array, random: Random): Uint8Array {
  const members: Record<string, Uint8Array> = unzipSync(bytes);
  const name = random.pick(Object.keys(members).sort());
  const kind = KIND_OF_MEMBER[name.slice(name.lastIndexOf('.') + 1)] ?? 'text';
  const content = members[name]!;
  members[name] = mutate(content, kind, anatomyOf(content), random);
  return zipSync(members, { level: random.chance(0.5) ? 0 : 6, mtime: DATE });
}

/** The text before the data changed; the length that stands before it mostly follows. */
function mutateHeader(
  bytes: Uint8Array,
  start: number,
  random: Random,
  rewrite: (head: Uint8Array, length: number) => number,
): Uint8Array {
  const head = bytes.slice(0, start);
  const oldEnd = start + rewrite(head, 0);
  const text = mutateText(bytes.subarray(start, oldEnd), random);
  rewrite(head, random.chance(0.9) ? text.length : oldEnd - start);
  return joined(head, text, bytes.subarray(oldEnd));
}

/** Sets the length and gives the old one. */
function rewriteLength(head: Uint8Array, length: number): number {
  const old = Number(read(head, 0, 8));
  write(head, 0, 8, BigInt(length));
  return old;
}

function rewriteNpyLength(head: Uint8Array, length: number): number {
  const old = Number(read(head, 8, 2));
  write(head, 8, 2, BigInt(length));
  return old;
}
