// Every layer in the network's order: alone, on its inputs as they were recorded, with an error bound; and freely, on
// what the layers before it computed, with the error expected by then. Read first: layer-state.ts, then check-layer.ts.
import { type Tensor, toFloat64 } from '../core/tensor.js';
import type { Layer, LayerOf, Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';
import { checkLayer, type LayerCheck } from './check-layer.js';
import type { RecordedLayer } from './fixture.js';
import { inputState, type LayerState, layerState, recordedState } from './layer-state.js';
import { doubtsOf, type StoredFormats } from './stored.js';
import { type ClassMargin, classMargin, ranksClasses } from './top-one.js';
import type { JoinedInput } from './where-off.js';

/** What a walk needs besides the network. */
export interface WalkMaterial {
  /** `(batch, height, width, channels)`, as recorded. */
  readonly input: Tensor;
  readonly recorded: ReadonlyMap<string, RecordedLayer>;
  /** See `boundLayer`. */
  readonly rounding: number;
  /** Where the rounding of stored weights is allowed for: how they are stored. */
  readonly stored?: StoredFormats;
  /** Another executor's outputs of the recorded layers; without them the free run is the evaluator's. */
  readonly outputs?: ReadonlyMap<string, Tensor>;
  /** Of that executor: see `Executor`. */
  readonly biasedTerms?: number;
}

/** How far a walk has come: the next layer's number, the outputs still needed, and what was found. */
export interface Walk {
  readonly next: number;
  readonly states: ReadonlyMap<string, LayerState>;
  readonly checks: readonly LayerCheck[];
  /** Of each image, once the layer that ranks the classes has been passed. */
  readonly margins?: readonly ClassMargin[];
}

/** A walk that has not begun. */
export const START: Walk = { next: 0, states: new Map(), checks: [] };

/**
 * Walks on to layer number `end` (exclusive). `from` is left as it was, so that networks which begin alike can share
 * their beginning; outputs are dropped when none of `sharing` needs them any more.
 */
export function walk(
  { network, weights }: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  from: Walk = START,
  end = network.layers.length,
  sharing: readonly Network[] = [network],
): Walk {
  const states = new Map(from.states);
  const checks = [...from.checks];
  const last = lastUses(sharing);
  let { margins } = from;
  for (let i = from.next; i < end; i++) {
    const layer = network.layers[i]!;
    const inputs = layer.inputs.map((name) => states.get(name)!);
    const own = weights.get(layer.name) ?? {};
    const state =
      layer.op === 'InputLayer'
        ? inputState(material.input)
        : layerState(
            layer,
            inputs,
            own,
            material.rounding,
            material.stored && doubtsOf(own, material.stored.get(layer.name)),
          );
    if (ranksClasses(network, layer)) margins = marginsOf(layer, inputs[0]!, own);
    const recorded = material.recorded.get(layer.name);
    states.set(layer.name, recorded === undefined ? state : compared(layer, inputs, state, recorded, material, checks));
    for (const name of states.keys()) if (last.get(name)! <= i) states.delete(name);
  }
  return { next: end, states, checks, ...(margins && { margins }) };
}

const marginsOf = (layer: LayerOf<'Dense'>, { free }: LayerState, weights: LayerWeights): ClassMargin[] =>
  free.map((x) => classMargin(layer, x, weights));

/** The number of the last layer that takes each output. */
function lastUses(networks: readonly Network[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const { layers } of networks) {
    layers.forEach(({ name, inputs }, i) => {
      for (const taken of [name, ...inputs]) last.set(taken, Math.max(i, last.get(taken) ?? 0));
    });
  }
  return last;
}

/** Adds a layer's check to `checks`; returns what those after it are given. */
function compared(
  layer: Layer,
  inputs: readonly LayerState[],
  state: LayerState,
  recorded: RecordedLayer,
  { outputs, biasedTerms }: WalkMaterial,
  checks: LayerCheck[],
): LayerState {
  const recording = { shape: recorded.shape, values: toFloat64(recorded.read()) };
  const check = checkLayer(recorded, recording, state, joinedBy(layer, inputs), outputs?.get(layer.name), biasedTerms);
  checks.push(check);
  // A recorded output of another shape is of no use to what comes after it.
  return check.errors === undefined ? state : recordedState(state, recording, check.errors.own.off > 0);
}

/** What a concatenation joins, in order; nothing for other layers. */
export function joinedBy(layer: Layer, inputs: readonly LayerState[]): JoinedInput[] {
  if (layer.op !== 'Concatenate') return [];
  return layer.inputs.map((name, i) => ({ name, channels: inputs[i]!.free[0]!.value.shape.at(-1)! }));
}
