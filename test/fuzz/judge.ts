// Our reading of a file held against others': where we give values they must be theirs, and nothing they list may be
// missing. To refuse is always right. What we read where they fail must be what was there before the damage.
import type { OurReading, Reading, ReadLayer, ReadWeight } from './reading.js';

/** What became of a mutant. */
export interface Verdict {
  /**
   * `refused`: not opened, with a tag. `equal`: everything read, as others read it. `partial`: some weights refused, the
   * others equal. `looser`: others fail where we give the values of the undamaged file, or those that stand in this one
   * byte for byte, or all give what libhdf5 finds in its memory. `fault`: anything else.
   */
  readonly verdict: 'refused' | 'equal' | 'partial' | 'looser' | 'fault';
  /** Tags, or what is wrong. */
  readonly reasons: readonly string[];
  /** Whether others read what we refused. */
  readonly stricter: boolean;
}

/** Longer than this a file may not take, however damaged: a weight that hangs is given up after 3 s. */
const MAX_SECONDS = 10;

/** Judges our reading of a mutant; `before` is what others read in the file before it was damaged. */
export function judge(ours: OurReading, theirs: Reading, before: Reading): Verdict {
  const found: Findings = { faults: [], looser: [], refused: [], stricter: false };
  found.faults.push(...ours.untagged.map((error) => `untagged: ${error}`));
  if (ours.seconds > MAX_SECONDS) found.faults.push(`slow: ${ours.seconds.toFixed(1)} s`);
  if (ours.layers === undefined) found.stricter = isWhole(theirs);
  else compare({ ...ours, layers: ours.layers }, theirs, before, found);
  const { faults, looser, refused, stricter } = found;
  if (faults.length > 0) return { verdict: 'fault', reasons: faults, stricter };
  if (ours.layers === undefined) return { verdict: 'refused', reasons: [ours.error!], stricter };
  if (looser.length > 0) return { verdict: 'looser', reasons: [...new Set(looser)], stricter };
  return { verdict: refused.length > 0 ? 'partial' : 'equal', reasons: [...new Set(refused)], stricter };
}

const isWhole = ({ layers }: Reading): boolean =>
  layers?.every(({ weights }) => weights?.every(({ digest }) => digest !== undefined)) ?? false;

interface Findings {
  readonly faults: string[];
  readonly looser: string[];
  /** Tags of weights. */
  readonly refused: string[];
  stricter: boolean;
}

type Opened = OurReading & { readonly layers: readonly ReadLayer[] };

function compare(ours: Opened, theirs: Reading, before: Reading, found: Findings): void {
  const byName = ours.container === 'keras-hdf5-weights' || ours.container === 'keras-hdf5-model';
  const mine = weightsOf(ours.layers, byName);
  const others = weightsOf(theirs.layers ?? [], byName);
  const good = weightsOf(before.layers ?? [], byName);
  const isUnread = (key: string): boolean => theirs.layers?.some((layer) => isInUnread(key, layer, byName)) ?? true;
  if (theirs.layers === undefined) found.looser.push(theirs.error!);
  else compareNames(ours.layers, theirs.layers, byName, found);
  for (const [key, weight] of mine) {
    const other = others.get(key);
    if (weight.digest === undefined) {
      found.refused.push(weight.error!);
      if (other?.digest !== undefined) found.stricter = true;
    } else if (other?.digest !== undefined) compareWeight(key, weight, other, found);
    else if (other === undefined && !isUnread(key)) found.faults.push(`invented: ${key}`);
    else compareWithGood(key, weight, good.get(key), other?.error ?? 'its layer or file', found);
  }
  for (const [key, { error, digest }] of others) {
    if (!mine.has(key)) found.faults.push(`lost: ${key} (${error ?? digest})`);
  }
}

/** Whether a weight is of a layer that others could not read. */
function isInUnread(key: string, { name, path, error }: ReadLayer, byName: boolean): boolean {
  return error !== undefined && key.startsWith(byName ? `${name}\n` : `${path}/`);
}

/** In files that list their layers, the lists are equal, and a layer that cannot be read is none without weights. */
function compareNames(
  ours: readonly ReadLayer[],
  theirs: readonly ReadLayer[],
  byName: boolean,
  found: Findings,
): void {
  const mine = ours.map(({ name }) => name);
  // Nobody lists this one: where it cannot be looked for, it may not be there.
  const isUnknown = ({ name, error }: ReadLayer): boolean =>
    name === 'top_level_model_weights' && error !== undefined && !mine.includes(name);
  const stated = theirs.flatMap((layer) => (layer.name === null || isUnknown(layer) ? [] : [layer.name]));
  const isSame = byName
    ? mine.length === stated.length && mine.every((name, i) => name === stated[i])
    : stated.every((name) => mine.includes(name));
  if (!isSame) found.faults.push(`layers: ${JSON.stringify(mine)}, not ${JSON.stringify(stated)}`);
  for (const { name, path, error } of theirs) {
    const isSilent = byName && ours.some((layer) => layer.name === name && layer.weights!.length === 0);
    if (error !== undefined && isSilent) found.looser.push(`no weights in ${name ?? path}: ${error}`);
  }
}

/** Weights under names that are theirs alone; of two under one name the second gets a number. */
function weightsOf(layers: readonly ReadLayer[], byName: boolean): Map<string, ReadWeight> {
  const found = new Map<string, ReadWeight>();
  for (const { name, weights } of layers) {
    for (const weight of weights ?? []) {
      const key = byName ? `${name}\n${weight.name}` : weight.name;
      let at = 0;
      while (found.has(`${key}\n${at}`)) at++;
      found.set(`${key}\n${at}`, weight);
    }
  }
  return found;
}

function compareWeight(key: string, mine: ReadWeight, other: ReadWeight, { faults }: Findings): void {
  if (mine.dtype !== other.dtype) faults.push(`dtype: ${key}: ${mine.dtype}, not ${other.dtype}`);
  else if (String(mine.shape) !== String(other.shape)) faults.push(`shape: ${key}: ${mine.shape}, not ${other.shape}`);
  else if (mine.digest !== other.digest) faults.push(`values: ${key}, ${mine.dtype} [${mine.shape}]`);
}

/** Others fail: there is nothing to compare with but what was there before. */
function compareWithGood(
  key: string,
  mine: ReadWeight,
  good: ReadWeight | undefined,
  error: string,
  { faults, looser }: Findings,
): void {
  const isOfShape = String(good?.shape) === String(mine.shape);
  const isAsBefore = good?.digest === mine.digest && isOfShape;
  if (error.startsWith('unstable')) looser.push(`libhdf5 reads memory: ${error}`);
  else if (isAsBefore && good?.dtype === mine.dtype) looser.push(`as before: ${error}`);
  else if (mine.stored && good?.dtype === mine.dtype && isOfShape) looser.push(`as stored: ${error}`);
  else faults.push(`unlike before, and others fail: ${key}, ${mine.dtype} [${mine.shape}]: ${error}`);
}
