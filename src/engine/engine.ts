// TO BE REPLACED by the engine in WebAssembly: the same face over the readable evaluator, so that what stands on top of
// it can be built and tested.
import { sizeOf, tensor } from '../core/tensor.js';
import { apply, splitBatch } from '../evaluator/evaluator.js';
import type { FloatMap } from '../evaluator/map.js';
import type { Model } from '../network/model.js';

/** How an engine is made. */
export interface EngineOptions {
  readonly threads?: number;
  /** `(height, width, channels)` where the network leaves them open. */
  readonly inputShape?: readonly number[];
  /** Layers whose outputs are kept. */
  readonly observe?: readonly string[];
  /** False: every layer of the network is there. */
  readonly fold?: boolean;
}

/** A network made ready to run on inputs of one size. */
export interface Engine {
  /** `engine, relaxed SIMD, 1 thread`. */
  readonly name: string;
  /** Layers whose outputs exist in this plan. */
  readonly layers: ReadonlySet<string>;
  /** Row-major float32, NHWC, one or more images; gives `(batch, …output shape)` row-major. */
  run(input: Float32Array): Float32Array;
  /** What a layer in `observe` gave in the last run. */
  observed(name: string): Float32Array;
  /** What runs slower than it could, and why. */
  readonly notes: readonly string[];
  dispose(): void;
}

/** Makes an engine for `model`. */
export async function createEngine(
  model: Pick<Model, 'network' | 'weights'>,
  { inputShape = [], observe = [] }: EngineOptions = {},
): Promise<Engine> {
  const { network, weights } = model;
  const shape = network.inputShape.map((dim, axis) => dim ?? inputShape[axis]!);
  const seen = new Map<string, Float32Array>();
  return {
    name: 'engine',
    layers: new Set(network.layers.map(({ name }) => name)),
    notes: [],
    run: (input) => {
      const batch = input.length / sizeOf(shape);
      const images = splitBatch(tensor(input, [batch, ...shape])).map((image) => {
        const values = new Map<string, FloatMap>();
        for (const layer of network.layers) {
          const taken = layer.inputs.map((name) => values.get(name)!);
          values.set(
            layer.name,
            layer.op === 'InputLayer' ? image : apply(layer, taken, weights.get(layer.name) ?? {}),
          );
        }
        return values;
      });
      const joined = (name: string) => Float32Array.from(images.flatMap((values) => [...values.get(name)!.data]));
      for (const name of observe) seen.set(name, joined(name));
      return joined(network.output);
    },
    observed: (name) => seen.get(name)!,
    dispose: () => seen.clear(),
  };
}
