// A checkpoint in float16 or bfloat16 that fails as it is stored: held once more against weights that may have been
// anything that rounds to the stored ones. Read first: stored.ts, walk.ts; why it may be believed: docs/parity.md.
import type { Model } from '../network/model.js';
import { isDeep } from './causes/convincing.js';
import { keepsSpread } from './causes/fit.js';
import type { LayerCheck } from './check-layer.js';
import { type Failure, failuresByBounds } from './judge.js';
import { segmentOf } from './segment.js';
import type { StoredFormats } from './stored.js';
import { type WalkMaterial, walk } from './walk.js';

/** The reference used unrounded weights. */
export interface UnroundedWeights {
  /** How the checkpoint stores them: `float16`. */
  readonly formats: readonly string[];
  /** Layers that are off by the stored weights and that their rounding explains, in the network's order. */
  readonly layers: readonly string[];
}

/** What is left to be explained, once the rounding of stored weights is allowed for. */
export interface Unrounded {
  readonly weights: UnroundedWeights;
  readonly checks: readonly LayerCheck[];
  /** Layers at fault all the same. */
  readonly failures: readonly Failure[];
  /** With which to look for their causes. */
  readonly material: WalkMaterial;
}

/**
 * Holds a network that fails, by `failures`, against the same recording with the rounding allowed for; undefined where
 * that explains no layer, so that the comparison as stored stands.
 */
export function allowForStorage(
  model: Pick<Model, 'network' | 'weights'>,
  known: WalkMaterial,
  checks: readonly LayerCheck[],
  failures: readonly Failure[],
  stored: StoredFormats,
): Unrounded | undefined {
  const material = { ...known, stored };
  const again = walk(model, material);
  const beyond = withoutEchoes(failuresByBounds(model.network, again.checks));
  const unlikely = failures.filter((failure) => isUnlikely(model, material, failure, beyond));
  const left = inOrder(checks, [...beyond, ...unlikely]);
  const off = new Set(left.map(({ layer }) => layer));
  const explained = failures.map(({ layer }) => layer).filter((layer) => !off.has(layer));
  if (explained.length === 0 || left.length >= failures.length) return undefined;
  const kept = new Map(unlikely.map(({ layer }) => [layer, true]));
  return {
    weights: { formats: namesOf(stored), layers: explained },
    checks: checks.map((check, i) => (kept.has(check.recorded.layer) ? check : again.checks[i]!)),
    failures: left,
    material,
  };
}

/**
 * A layer within its bound only because that was carried over several others, whose worst cases allow for nearly anything.
 * It must be near enough to be likely, too: within 12 sigma of what rounding the weights comes to.
 */
function isUnlikely(
  model: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  { layer, check }: Failure,
  beyond: readonly Failure[],
): boolean {
  if (check !== 'own' || beyond.some((failure) => failure.layer === layer)) return false;
  const segment = segmentOf(model, material, layer);
  return isDeep(segment) && !keepsSpread(segment);
}

/** Behind a layer at fault the free run strays in and out of its wide limit, which says nothing more. */
function withoutEchoes(failures: readonly Failure[]): Failure[] {
  const first = failures.findIndex(({ check }) => check !== 'free-run');
  return failures.filter(({ check }, i) => check !== 'free-run' || first < 0 || i < first);
}

const inOrder = (checks: readonly LayerCheck[], failures: readonly Failure[]): Failure[] =>
  checks.flatMap(({ recorded }) => failures.find(({ layer }) => layer === recorded.layer) ?? []);

const namesOf = (stored: StoredFormats): string[] => [
  ...new Set([...stored.values()].flatMap((formats) => Object.values(formats).map(({ name }) => name))),
];
