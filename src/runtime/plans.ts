// The engine of a model: one at a time, made again when the size of the input or what is observed changes.
import { UndecidedError } from '../core/errors.js';
import { sameShape, sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { createEngine, type Engine, type EngineOptions } from '../engine/engine.js';
import { InputShapeError } from '../network/errors.js';
import { type Layer, layersByName, type Network } from '../network/layer.js';
import { sizedNetwork } from '../network/sized.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { DisposedError } from './errors.js';

/** An engine, and the network at the size that it is for. */
interface Plan {
  readonly engine: Engine;
  readonly network: Network;
  readonly layers: ReadonlyMap<string, Layer>;
  readonly observed: readonly string[];
}

/** Holds a model's engine. */
export class Plans {
  readonly #model: ShuffleNetModel;
  readonly #options: Pick<EngineOptions, 'threads' | 'tune'>;
  #plan: Plan | undefined;
  #observed: readonly string[] = [];
  #batch = 0;
  #disposed = false;
  /** What waits for an engine waits for each other: none is taken away from under a run. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(model: ShuffleNetModel, options: Pick<EngineOptions, 'threads' | 'tune'>) {
    this.#model = model;
    this.#options = options;
  }

  /** The engine, where there is one. */
  get engine(): Engine | undefined {
    return this.#plan?.engine;
  }

  /** Throws where there is none, since nobody has said the size, or no longer. */
  get #current(): Plan {
    if (this.#disposed) throw new DisposedError();
    if (this.#plan === undefined) throw sizeUnknown();
    return this.#plan;
  }

  /** Makes the engine for inputs of this shape, `(height, width, channels)`, unless it is there. */
  prepare(shape: readonly number[]): Promise<void> {
    return this.#inTurn(() => this.#make(shape));
  }

  /** Runs row-major images of this shape, `(batch, height, width, channels)`. */
  runAt({ data, shape }: Tensor<Float32Array>): Promise<Float32Array> {
    return this.#inTurn(async () => {
      await this.#make(shape.slice(1));
      return this.run(data);
    });
  }

  /** Runs images of the size that the engine is for. */
  run(input: Float32Array): Float32Array {
    const { engine, network } = this.#current;
    const shape = network.inputShape as number[];
    const batch = input.length / sizeOf(shape);
    if (!Number.isInteger(batch) || batch === 0) throw new InputShapeError([input.length], shape);
    this.#batch = batch;
    return engine.run(input);
  }

  /** Keeps what these layers give from the next run on. */
  observe(names: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const known = layersByName(this.#model.network);
      const unknown = names.find((name) => !known.has(name));
      if (unknown !== undefined) throw new RangeError(`there is no layer "${unknown}" to observe`);
      this.#observed = [...names];
      if (this.#plan !== undefined) await this.#make(this.#plan.network.inputShape as number[]);
    });
  }

  /** What a layer gave in the last run. */
  observed(name: string): Tensor<Float32Array> {
    const { engine, layers, observed } = this.#current;
    if (!observed.includes(name) || this.#batch === 0) {
      throw new RangeError(`nothing was observed of "${name}": observe it, and run`);
    }
    const { outputShape } = layers.get(name)!;
    return tensor(engine.observed(name), [this.#batch, ...(outputShape as number[])]);
  }

  dispose(): void {
    this.#disposed = true;
    this.#plan?.engine.dispose();
    this.#plan = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #make(shape: readonly number[]): Promise<void> {
    if (this.#disposed) throw new DisposedError();
    const before = this.#plan;
    if (before && sameShape(before.network.inputShape, shape) && before.observed === this.#observed) return;
    const { weights } = this.#model;
    const network = sizedNetwork(this.#model.network, shape);
    const observed = this.#observed;
    const engine = await engineFor({ network, weights }, { ...this.#options, observe: observed });
    before?.engine.dispose();
    if (this.#disposed) return engine.dispose();
    this.#batch = 0;
    this.#plan = { engine, network, layers: layersByName(network), observed };
  }
}

/** The fast plan where it has every layer that is observed; else one in which no layer is part of another. */
async function engineFor(
  model: Pick<ShuffleNetModel, 'network' | 'weights'>,
  options: EngineOptions & { readonly observe: readonly string[] },
): Promise<Engine> {
  const engine = await createEngine(model, options);
  if (options.observe.every((name) => engine.layers.has(name))) return engine;
  engine.dispose();
  return createEngine(model, { ...options, fold: false });
}

function sizeUnknown(): UndecidedError {
  return new UndecidedError('inputShape', {
    what: 'The size of the input is not known.',
    expected: 'height, width and channels, when the model is loaded: the network leaves them open',
    next: 'say it, for example inputShape: [224, 224, 3]',
  });
}
