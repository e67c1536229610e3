// A model that runs: what a page holds. Read first: load.ts, which makes one.
import type { Tensor } from '../core/tensor.js';
import { tensor } from '../core/tensor.js';
import type { Recipe } from '../image/recipes.js';
import { InputShapeError } from '../network/errors.js';
import type { Shape } from '../network/layer.js';
import type { ModelFacts } from '../shufflenet/config.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { type Prediction, predictionsOf, type RankingOptions } from '../shufflenet/predictions.js';
import type { ShuffleNetSettings } from '../shufflenet/settings.js';
import { type Input, type InputOptions, inputTensor } from './input.js';
import { Plans } from './plans.js';

/** How an input is read and its classes are listed. */
export interface RuntimePredictOptions extends InputOptions, RankingOptions {}

/** How the engine is made. */
export interface PlanOptions {
  /** Threads to compute with, where the page may have them. */
  readonly threads?: number;
  /** Measures first, for some 20 ms, which form of the code runs faster here. */
  readonly tune?: boolean;
  /** `(height, width, channels)`, where the network leaves them open. */
  readonly inputShape?: readonly number[];
}

/** A model that runs. */
export interface RuntimeModel {
  /** The article's name for the network. */
  readonly name: string;
  readonly settings: ShuffleNetSettings;
  /** `(height, width, channels)`; null where the network takes any. */
  readonly inputShape: Shape;
  /** How many classes there are; null without a top. */
  readonly classes: number | null;
  /** What was done to pixel values in training, where config.json says it. */
  readonly preprocess: Recipe | null;
  /** Names of the classes, where config.json has them. */
  readonly labels: readonly string[] | null;
  /** The names of the layers, in order. */
  readonly layers: readonly string[];
  /** What computes: `engine, relaxed SIMD, 1 thread`. Null as long as the size of the input is not known. */
  readonly engine: string | null;
  /** What runs slower than it could, and why. */
  readonly notes: readonly string[];
  /** The most probable classes of each image. */
  predict(input: Input, options?: RuntimePredictOptions): Promise<Prediction[]>;
  /** The output for one or more images, row-major, as the network takes them. Synchronous. */
  run(input: Float32Array): Float32Array;
  /** Keeps what these layers give in every run from now on; `observe([])` ends it. */
  observe(layers: readonly string[]): Promise<void>;
  /** What an observed layer gave in the last run, batch first. */
  observed(layer: string): Tensor<Float32Array>;
  /** Frees memory and threads. */
  dispose(): void;
}

/** The model on an engine of its own. */
export async function runtimeModel(
  model: ShuffleNetModel,
  { preprocess, labels }: ModelFacts,
  { inputShape, ...options }: PlanOptions,
): Promise<RuntimeModel> {
  const { network, settings } = model;
  const plans = new Plans(model, options);
  const shape = network.inputShape.map((dim, axis) => dim ?? inputShape?.[axis]);
  if (inputShape !== undefined) checkStated(inputShape, network.inputShape);
  if (shape.every((dim) => dim !== undefined)) await plans.prepare(shape);
  return {
    name: network.name,
    settings,
    inputShape: network.inputShape,
    classes: settings.includeTop ? settings.classes : null,
    preprocess: preprocess ?? null,
    labels: labels ?? null,
    layers: network.layers.map(({ name }) => name),
    get engine() {
      return plans.engine?.name ?? null;
    },
    get notes() {
      return plans.engine?.notes ?? [];
    },
    predict: async (input, { top, ...options } = {}) => {
      const values = inputTensor(input, network, options, preprocess);
      const output = await plans.runAt(values);
      const batch = values.shape[0]!;
      const named = options.labels ?? labels;
      return predictionsOf(settings, tensor(output, [batch, output.length / batch]), {
        ...(named && { labels: named }),
        ...(top !== undefined && { top }),
      });
    },
    run: (input) => plans.run(input),
    observe: (layers) => plans.observe(layers),
    observed: (layer) => plans.observed(layer),
    dispose: () => plans.dispose(),
  };
}

function checkStated(stated: readonly number[], taken: Shape): void {
  const fits = stated.length === 3 && taken.every((dim, axis) => dim === null || dim === stated[axis]);
  if (!fits) throw new InputShapeError([1, ...stated], taken);
}
