// Whether an earlier verification still holds, and what moved since. Read first: src/results/certificate.ts.
import type { CertifiedFacts, CertifiedLayer, HashedFile, Moved, MovedKind } from '../results/certificate.js';

/**
 * What is not as it was, files first, then what was stated and decided, then layers in the later one's order.
 * A layer's error has moved when it did so by more than its own bound: honest runs on other machines differ by less.
 */
export function compareCertificates(before: CertifiedFacts, after: CertifiedFacts): Moved[] {
  const [earlier, later] = [before.certificate, after.certificate];
  return [
    ...movedHashes('checkpoint', earlier.hashes.checkpoint, later.hashes.checkpoint),
    ...movedHashes('reference', earlier.hashes.reference, later.hashes.reference),
    ...movedFields('option', earlier.options, later.options),
    ...movedFields('setting', before.config, after.config),
    ...moved('verdict', 'verdict', before.verdict, after.verdict),
    ...movedLayers(before, after),
    ...moved('version', 'shuffleport', earlier.version, later.version),
  ];
}

/** Whether the certificate holds: another version of this package that finds the same is no reason to doubt it. */
export function stillHolds(changes: readonly Moved[]): boolean {
  return changes.every(({ kind }) => kind === 'version');
}

const NONE = '-';

function moved(kind: MovedKind, what: string, before: string, after: string): Moved[] {
  return before === after ? [] : [{ kind, what, before, after }];
}

/** The first of each list is the file itself, wherever it lies now; shards go by their names. */
function movedHashes(what: string, before: readonly HashedFile[], after: readonly HashedFile[]): Moved[] {
  const named = (files: readonly HashedFile[]): Map<string, string> =>
    new Map(files.map(({ name, sha256 }, i) => [i === 0 ? what : `${what}: ${name}`, sha256]));
  const [earlier, later] = [named(before), named(after)];
  return union(earlier.keys(), later.keys()).flatMap((name) =>
    moved('hash', name, earlier.get(name) ?? NONE, later.get(name) ?? NONE),
  );
}

function movedFields(kind: MovedKind, before: object, after: object): Moved[] {
  return union(Object.keys(before), Object.keys(after)).flatMap((key) =>
    moved(kind, key, fieldText(before, key), fieldText(after, key)),
  );
}

function fieldText(fields: object, key: string): string {
  const found = Object.entries(fields).find(([name]) => name === key);
  return found === undefined ? NONE : (JSON.stringify(sorted(found[1])) ?? NONE);
}

/** Records with their keys in order, so that the order they were written in does not matter. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function movedLayers(before: CertifiedFacts, after: CertifiedFacts): Moved[] {
  const earlier = new Map(before.layers.map((layer) => [layer.layer, layer]));
  const later = new Map(after.layers.map((layer) => [layer.layer, layer]));
  return union(later.keys(), earlier.keys()).flatMap((name) =>
    movedLayer(name, earlier.get(name), later.get(name), after.tolerance),
  );
}

function movedLayer(
  what: string,
  before: CertifiedLayer | undefined,
  after: CertifiedLayer | undefined,
  tolerance: number | null,
): Moved[] {
  const verdict = moved('layer', what, before?.verdict ?? NONE, after?.verdict ?? NONE).map((change) => ({
    ...change,
    field: 'verdict' as const,
  }));
  if (before === undefined || after === undefined) return verdict;
  if (tolerance !== null)
    return [...verdict, ...movedError(what, 'relative error', before.maxRelError, after.maxRelError, tolerance)];
  return [
    ...verdict,
    ...movedError(what, 'own error', before.own?.budget, after.own?.budget, 1),
    ...movedError(what, 'free run', before.inherited?.budget, after.inherited?.budget, 1),
  ];
}

type Size = number | null | undefined;

/** Errors are given in units in which `bound` is what they may be. */
function movedError(what: string, field: NonNullable<Moved['field']>, before: Size, after: Size, bound: number) {
  if (agree(before ?? null, after ?? null, bound)) return [];
  return [{ kind: 'layer' as const, what, field, before: size(before), after: size(after) }];
}

function agree(before: number | null, after: number | null, bound: number): boolean {
  if (before === null || after === null) return before === after;
  return Object.is(before, after) || Math.abs(after - before) <= bound;
}

const size = (value: Size): string => (value === null || value === undefined ? NONE : value.toPrecision(3));

function union(first: Iterable<string>, second: Iterable<string>): string[] {
  return [...new Set([...first, ...second])];
}
