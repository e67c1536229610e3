// A network run on a fixture's input, held against every layer that was recorded.
import { formatShape, sameShape, type Tensor } from '../core/tensor.js';
import type { Executor } from '../network/executor.js';
import type { Network } from '../network/layer.js';
import { type Comparison, compareTensors } from './compare.js';
import { NothingComparedError } from './errors.js';
import { type Fixture, matchLayers, type RecordedLayer } from './fixture.js';

/**
 * Largest error allowed, relative to the largest value recorded for the layer. Keras itself, in float32, was measured
 * to differ from float64 by up to 2.3e-6 of that value over 45 files of five Keras versions; this leaves a factor of four.
 */
export const DEFAULT_TOLERANCE = 1e-5;

/** One layer's verdict. `shape` errors have no comparison. */
export interface LayerVerdict {
  readonly layer: string;
  /** The key it was recorded under. */
  readonly key: string;
  readonly verdict: 'pass' | 'fail';
  readonly shape: readonly number[];
  readonly comparison?: Comparison;
  /** Why it fails, as a sentence. */
  readonly reason?: string;
}

/** All verdicts, in the network's order. */
export interface Parity {
  readonly verdict: 'pass' | 'fail';
  readonly executor: string;
  readonly tolerance: number;
  readonly layers: readonly LayerVerdict[];
  readonly firstFailure?: LayerVerdict;
  /** Keys of the fixture that name no layer of the network. */
  readonly notCompared: readonly string[];
}

/** What `checkParity` takes besides the network. */
export interface ParityOptions {
  /** See `DEFAULT_TOLERANCE`. */
  readonly tolerance?: number;
  /** How the weights' file writes layer names; keys may be written so too. */
  readonly encode?: (name: string) => string;
}

/** Runs `executor` on the fixture's input and compares every recorded layer. */
export async function checkParity(
  network: Network,
  executor: Executor,
  fixture: Fixture,
  { tolerance = DEFAULT_TOLERANCE, encode = (name) => name }: ParityOptions = {},
): Promise<Parity> {
  const { layers: recorded, notCompared } = matchLayers(fixture, network, encode);
  if (recorded.length === 0) throw new NothingComparedError(fixture.where, notCompared);
  const observe = recorded.map(({ layer }) => layer);
  const outputs = await executor.run(fixture.input.read(), observe);
  const layers = recorded.map((layer) => judge(layer, outputs.get(layer.layer)!, tolerance));
  const firstFailure = layers.find(({ verdict }) => verdict === 'fail');
  const verdict = firstFailure === undefined ? 'pass' : 'fail';
  return { verdict, executor: executor.name, tolerance, layers, ...(firstFailure && { firstFailure }), notCompared };
}

function judge({ layer, key, shape, read }: RecordedLayer, found: Tensor, tolerance: number): LayerVerdict {
  if (!sameShape(found.shape, shape)) {
    const reason = `its output has the shape ${formatShape(found.shape)}, the reference ${formatShape(shape)}`;
    return { layer, key, verdict: 'fail', shape: found.shape, reason };
  }
  const comparison = compareTensors(found, read());
  const passes = Number.isFinite(comparison.maxAbsError) && comparison.maxAbsError <= tolerance * comparison.largest;
  return {
    layer,
    key,
    verdict: passes ? 'pass' : 'fail',
    shape,
    comparison,
    ...(!passes && { reason: describe(comparison, tolerance) }),
  };
}

function describe({ maxAbsError, maxRelError, at, found, expected, largest }: Comparison, tolerance: number): string {
  const size = `${maxAbsError.toPrecision(3)} (${maxRelError.toPrecision(3)} of the layer's largest value ${largest.toPrecision(3)}; allowed ${tolerance.toExponential()})`;
  return `the largest error is ${size} at [${at.join(', ')}]: computed ${found}, recorded ${expected}`;
}
