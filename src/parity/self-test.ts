// The check checked: known mistakes are planted in what was recorded, one at a time, and the check and the search for
// causes are asked about each. Read first: self-test/plant.ts, then self-test/score.ts. What this shows: docs/parity.md.
import { UNIT_ROUNDOFF } from './bounds/bounded.js';
import { KNOWN_CAUSES } from './causes/registry.js';
import { type Fixture, matchLayers } from './fixture.js';
import { failuresByBounds } from './judge.js';
import { layerState } from './layer-state.js';
import { NEEDS } from './self-test/needs.js';
import { plantOtherWeights } from './self-test/other-weights.js';
import { choosePlaces } from './self-test/places.js';
import { type Planted, plantAll } from './self-test/plant.js';
import { type Score, score } from './self-test/score.js';
import { seededRandom } from './selfcheck/random.js';
import type { Checked } from './verify.js';
import { joinedBy, START, type Walk, type WalkMaterial, walk } from './walk.js';

export type { Planted } from './self-test/plant.js';
export type { Score } from './self-test/score.js';

/** What became of all that was planted. */
export interface SelfTest extends Score {
  /** Layers of the honest recording, and those of them that fail: false alarms. */
  readonly layers: number;
  readonly falseAlarms: readonly string[];
  readonly planted: readonly Planted[];
  /** Known causes that take no place here, and what they need. */
  readonly notPlanted: readonly { readonly cause: string; readonly needs: string }[];
}

/** How to plant. */
export interface SelfTestOptions {
  /** How the weights' file writes layer names; keys may be written so too. */
  readonly encode?: (name: string) => string;
  /** Chooses places and ways. */
  readonly seed?: number;
}

/**
 * Plants each known mistake at a few recorded layers of an honest fixture, each alone, and faults that no cause
 * describes. Nothing is planted where the fixture itself fails.
 */
export function selfTest(
  model: Checked,
  fixture: Fixture,
  { encode = (name) => name, seed = 1 }: SelfTestOptions = {},
): Promise<SelfTest> {
  const { layers } = matchLayers(fixture, model.network, encode);
  const material: WalkMaterial = {
    input: fixture.input.read(),
    recorded: new Map(layers.map((layer) => [layer.layer, layer])),
    rounding: [fixture.input, ...fixture.outputs].every(({ dtype }) => dtype === 'float64') ? 0 : UNIT_ROUNDOFF,
  };
  return selfTestOf(model, material, seed);
}

async function selfTestOf(model: Checked, material: WalkMaterial, seed: number): Promise<SelfTest> {
  const random = seededRandom(seed);
  const places = choosePlaces(model, material, random);
  const planted: Planted[] = [];
  let walked: Walk = START;
  for (const [layer, sowings] of places) {
    const index = model.network.layers.findIndex(({ name }) => name === layer);
    walked = walk(model, material, walked, index);
    planted.push(...plantAll(bedOf(model, material, walked, index), sowings, random));
  }
  const { checks } = walk(model, material, walked);
  const falseAlarms = failuresByBounds(model.network, checks).map((failure) => failure.layer);
  planted.push(await plantOtherWeights(model, material, random));
  return {
    layers: checks.length,
    falseAlarms,
    planted,
    notPlanted: notPlanted(planted),
    ...score(planted, falseAlarms),
  };
}

function notPlanted(planted: readonly Planted[]): SelfTest['notPlanted'] {
  const done = new Set(planted.map(({ cause }) => cause));
  return KNOWN_CAUSES.filter(({ id }) => !done.has(id)).map(({ id }) => ({ cause: id, needs: NEEDS[id]! }));
}

function bedOf(model: Checked, material: WalkMaterial, { states }: Walk, index: number) {
  const layer = model.network.layers[index]!;
  const inputs = layer.inputs.map((name) => states.get(name)!);
  const state = layerState(layer, inputs, model.weights.get(layer.name) ?? {}, material.rounding);
  return { model, material, layer: layer.name, state, joined: joinedBy(layer, inputs) };
}
