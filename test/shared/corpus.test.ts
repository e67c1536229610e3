// Every file of the corpus of reported faults, through the command line, ends as its entry says.
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import { captured, flagsOf, readIndex, shared } from './shared.js';

interface Entry {
  readonly file: string;
  readonly kind: 'load' | 'broken' | 'parity-pass' | 'parity-fail';
  /** What ought to happen, in words; the patterns below read it. */
  readonly expected: string;
  readonly companion: readonly string[];
  readonly options: Record<string, unknown>;
}

/** The network and the outputs that every entry without its own is held against. */
const BASE = 'base_weights_only.h5';
const BASE_REFERENCE = 'base_reference.npz';

/** Why a network of the corpus is refused, as its entry says it, and the error that says it to the user. */
const REFUSALS = [
  { says: /^By name: refuse/, tag: 'NotShuffleNet', because: 'no layer has a name of its own' },
  { says: /'not a V1 checkpoint'/, tag: 'NotShuffleNet', because: 'it is another network' },
  { says: /^Fail before running/, tag: 'Load', because: 'its values are not numbers' },
] as const;

const file = (name: string): string => shared('corpus', name);

interface Ended {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a field is, its expectation says
  readonly result: any;
}

async function ended(args: readonly string[], options: Entry['options']): Promise<Ended> {
  const { out, err, streams } = captured();
  const code = await run([...args, ...flagsOf(options), '--json'], streams);
  expect(err.join('')).toBe('');
  return { code, result: JSON.parse(out.join('')) };
}

const verified = (network: string, reference: string, options: Entry['options'], ...flags: string[]) =>
  ended(['verify', file(network), '--reference', file(reference), ...flags], options);

/** The reference that belongs to a network: its own before the base's. */
const referenceOf = ({ companion }: Entry): string =>
  companion.find((name) => name.endsWith('.npz') && !name.startsWith('base')) ?? BASE_REFERENCE;

/** References that the entry names, and how they end. */
const verdictsOf = ({ expected }: Entry): [reference: string, code: number][] =>
  [...expected.matchAll(/against (\w+\.npz) (passes|fails)/g)].map(([, name, ends]) => [
    name!,
    ends === 'passes' ? 0 : 1,
  ]);

const entries = readIndex<Entry[]>('corpus/INDEX.json');
const ofKind = (...kinds: Entry['kind'][]): Entry[] => entries.filter(({ kind }) => kinds.includes(kind));
const refusalOf = ({ expected }: Entry) => REFUSALS.find(({ says }) => says.test(expected));
const networks = ofKind('load');

test('the corpus has entries of every kind', () => {
  for (const kind of ['load', 'broken', 'parity-pass', 'parity-fail'] as const) expect(ofKind(kind)).not.toEqual([]);
  for (const { says } of REFUSALS) expect(networks.filter(({ expected }) => says.test(expected))).toHaveLength(1);
});

describe.each(networks.filter((entry) => refusalOf(entry) === undefined))('corpus/$file', (entry) => {
  test('loads, and agrees with its reference', async () => {
    const { code, result } = await verified(entry.file, referenceOf(entry), entry.options);
    expect([code, result.verdict]).toEqual([0, 'pass']);
  });

  test.each(verdictsOf(entry))('against %s ends with %d', async (reference, expected) => {
    const { code, result } = await verified(entry.file, reference, entry.options);
    expect(code).toBe(expected);
    if (entry.expected.includes(`against ${reference} fails on shape`)) {
      const reasons = result.layers.map((layer: { reason?: string }) => layer.reason);
      expect(reasons).toContainEqual(expect.stringMatching(/^its output has the shape /));
    }
  });

  const [, flag, value, layer] = /explicit (--\w+) (\d+) fails at (\S+)/.exec(entry.expected) ?? [];
  if (flag === undefined) return;
  test('is refused where the stated setting contradicts it', async () => {
    const { code, result } = await verified(entry.file, referenceOf(entry), entry.options, flag, value!);
    expect([code, result.error.where]).toEqual([3, layer]);
    for (const side of [result.error.found, result.error.expected]) expect(side).toMatch(/\(\d+, \d+, \d+, \d+\)/);
  });
});

describe.each(networks.filter((entry) => refusalOf(entry) !== undefined))('corpus/$file', (entry) => {
  const { tag, because } = refusalOf(entry)!;

  test(`is refused: ${because}`, async () => {
    const { code, result } = await verified(entry.file, referenceOf(entry), entry.options);
    expect([code, result.error.tag]).toEqual([3, tag]);
  });

  test('is listed all the same', async () => {
    const { code, result } = await ended(['inspect', file(entry.file)], entry.options);
    expect(code).toBe(0);
    expect(result.totals.weights).toBeGreaterThan(0);
  });

  if (!entry.expected.includes('asks for order mapping')) return;
  test('passes when mapped by order', async () => {
    const { code } = await verified(entry.file, referenceOf(entry), entry.options, '--map', 'order');
    expect(code).toBe(0);
  });
});

describe.each(ofKind('broken'))('corpus/$file', (entry) => {
  test('is refused in the words of its entry', async () => {
    const { code, result } = await verified(entry.file, referenceOf(entry), entry.options);
    expect(code).toBe(3);
    expect(result.error.tag).not.toBe('Internal');
    // Up to its first bracket, which holds details of one file.
    expect(result.error.what).toContain(/^'([^'(]+)/.exec(entry.expected)![1]!.trim());
  });
});

const references = ofKind('parity-pass', 'parity-fail').filter((entry) => entry.file.endsWith('.npz'));

test.each(references)('corpus/$file ends the comparison as $kind', async (entry) => {
  const { code, result } = await verified(BASE, entry.file, entry.options);
  expect(code).toBe(entry.kind === 'parity-pass' ? 0 : 1);
  const layer = /\bat ([\w/-]+)/.exec(entry.expected)?.[1];
  expect(result.firstFailure?.layer).toBe(entry.kind === 'parity-pass' ? undefined : layer);
  // Where the entry tells which groups are wrong and which is right.
  const [, first, second, right] = /\((g\d) and (g\d) wrong, (g\d) right\)/.exec(entry.expected) ?? [];
  if (first === undefined) return;
  const inUnit = (group: string | undefined): string => layer!.replace(/g\d$/, group!);
  expect(result.sources).toEqual(expect.arrayContaining([inUnit(first), inUnit(second)]));
  expect(result.sources).not.toContain(inUnit(right));
});

test.each(ofKind('parity-pass').filter((entry) => entry.file.endsWith('.npy')))(
  'corpus/$file is the same input as that of its reference',
  async (entry) => {
    const [array, recorded] = await Promise.all([
      ended(['predict', file(BASE), file(entry.file)], entry.options),
      ended(['predict', file(BASE), file(referenceOf(entry)), '--key', 'input'], entry.options),
    ]);
    expect([array.code, recorded.code]).toEqual([0, 0]);
    expect(array.result.predictions).toEqual(recorded.result.predictions);
    expect(array.result.predictions).not.toEqual([]);
  },
);
