// The layers as the picture shows them: those whose names begin alike, one after another, are a unit. Nothing here knows
// the network; `a/b/c` is in the unit `b` of `a`, as paths go.
import type { VerifiedLayer } from '../../results/verify.js';
import { shareUsed } from '../verify-facts.js';

/** Layers one after another whose names have the same beginning. */
export interface Unit {
  /** `stage2/block1`; for a layer whose name has no slash, the name. */
  readonly path: string;
  /** The path's last part, and the part before, which may be empty. */
  readonly label: string;
  readonly band: string;
  readonly layers: readonly UnitLayer[];
  /** The one that is at fault, or uses most of its bound. */
  readonly worst: UnitLayer;
}

/** A layer, and how much of what it may be off by it uses. */
export interface UnitLayer {
  readonly layer: VerifiedLayer;
  /** Its place in the result. */
  readonly at: number;
  readonly share: number;
  readonly level: Level;
}

/** How a share is coloured; `fault` is what the verdict says, never the share. */
export type Level = 'exact' | 'quarter' | 'half' | 'whole' | 'fault';

/** The units, in the layers' order. */
export function unitsOf(layers: readonly VerifiedLayer[], tolerance: number | null): Unit[] {
  const runs: { path: string[]; layers: UnitLayer[] }[] = [];
  layers.forEach((layer, at) => {
    const share = shareUsed(layer, tolerance);
    const path = unitPath(layer.layer);
    const last = runs.at(-1);
    const entry = { layer, at, share, level: levelOf(layer, share) };
    if (last !== undefined && last.path.join('/') === path.join('/')) last.layers.push(entry);
    else runs.push({ path, layers: [entry] });
  });
  return runs.map(({ path, layers: found }) => ({
    path: path.join('/'),
    label: path.at(-1)!,
    band: path.length > 1 ? path[0]! : '',
    layers: found,
    worst: found.reduce(worse),
  }));
}

/** At most the first two parts of the name, without its last. */
function unitPath(name: string): string[] {
  const parts = name.split('/');
  return parts.length === 1 ? parts : parts.slice(0, Math.min(2, parts.length - 1));
}

function worse(a: UnitLayer, b: UnitLayer): UnitLayer {
  if ((a.level === 'fault') !== (b.level === 'fault')) return a.level === 'fault' ? a : b;
  return b.share > a.share ? b : a;
}

function levelOf({ verdict }: VerifiedLayer, share: number): Level {
  if (verdict === 'fail') return 'fault';
  if (share === 0) return 'exact';
  if (share <= 0.25) return 'quarter';
  return share <= 0.5 ? 'half' : 'whole';
}
