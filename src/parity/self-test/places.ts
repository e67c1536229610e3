// Where each mistake is planted: at the first, a middle and the last recorded layer that admits it, so that the work
// does not grow with the network.
import type { KnownCause } from '../causes/cause.js';
import { KNOWN_CAUSES } from '../causes/registry.js';
import { type Segment, segmentOf, segmentWork } from '../segment.js';
import type { Random } from '../selfcheck/random.js';
import type { Checked } from '../verify.js';
import type { WalkMaterial } from '../walk.js';
import { SOLVED, type Way } from './solved.js';

/** What is to be planted at one layer: a cause, or null for a fault that none describes. */
export interface Sowing {
  readonly cause: KnownCause | null;
  /** At its first place a mistake is made in its likeliest way, elsewhere in any. */
  readonly likeliest: boolean;
}

/** Recorded layers, in the network's order, each with what is to be planted at it. */
export type Places = ReadonlyMap<string, readonly Sowing[]>;

/** At how many layers each mistake is planted, and at how many the faults that no cause describes. */
interface Amount {
  readonly known: number;
  readonly unknown: number;
}

const USUAL: Amount = { known: 3, unknown: 6 };

/** Where the recorded layers take more multiply-adds than this to run, a search takes a second and more. */
const MUCH_WORK = 1e8;
const OF_BIG_NETWORKS: Amount = { known: 1, unknown: 2 };

/** Chooses the places. The segments of all recorded layers are looked at, one at a time. */
export function choosePlaces(model: Checked, material: WalkMaterial, random: Random): Places {
  const layers = model.network.layers.map(({ name }) => name).filter((name) => material.recorded.has(name));
  const admitting = new Map<KnownCause, string[]>(KNOWN_CAUSES.map((cause) => [cause, []]));
  let work = 0;
  for (const layer of layers) {
    const segment = unrecorded(segmentOf(model, material, layer));
    work += segmentWork(segment);
    for (const [cause, places] of admitting) if (admits(cause, segment, random)) places.push(layer);
  }
  const amount = work > MUCH_WORK ? OF_BIG_NETWORKS : USUAL;
  const sowings = new Map<string, Sowing[]>(layers.map((layer) => [layer, []]));
  const sow = (layer: string, sowing: Sowing): void => void sowings.get(layer)!.push(sowing);
  for (const [cause, places] of admitting) {
    for (const [i, layer] of someOf(places, amount.known, random).entries()) sow(layer, { cause, likeliest: i === 0 });
  }
  for (const layer of spread(layers, amount.unknown)) sow(layer, { cause: null, likeliest: false });
  return new Map([...sowings].filter(([, planted]) => planted.length > 0));
}

/** The segment as if nothing had been recorded of its target: causes that solve from a recording find nothing to solve. */
export function unrecorded(segment: Segment): Segment {
  const { shape, values } = segment.recording;
  return { ...segment, recording: { shape, values: new Float64Array(values.length).fill(Number.NaN) } };
}

function admits(cause: KnownCause, segment: Segment, random: Random): boolean {
  const solved = SOLVED.get(cause.id);
  const ways: Iterable<Way> = solved === undefined ? cause.variations(segment) : solved(segment, random);
  for (const _ of ways) return true;
  return false;
}

/** The first, one between, and the last; or one of all. */
function someOf(places: readonly string[], most: number, random: Random): readonly string[] {
  if (places.length <= most) return places;
  if (most === 1) return [places[Math.floor(random() * places.length)]!];
  const middle = 1 + Math.floor(random() * (places.length - 2));
  return [places[0]!, places[middle]!, places.at(-1)!];
}

/** So many layers, evenly over the network. */
function spread(layers: readonly string[], most: number): readonly string[] {
  const count = Math.min(most, layers.length);
  return Array.from({ length: count }, (_, i) => layers[Math.floor(((i + 0.5) * layers.length) / count)]!);
}
