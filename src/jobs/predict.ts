// A network run on somebody's input: an array as numpy saved it, or a picture.
import type { Source } from '../checkpoint/source.js';
import { UndecidedError, UsageError } from '../core/errors.js';
import { type Tensor, toFloat32, unravel } from '../core/tensor.js';
import { printable } from '../core/text.js';
import { runInEngine } from '../engine/executor.js';
import { evaluator } from '../evaluator/evaluator.js';
import type { Recipe } from '../image/recipes.js';
import { preprocess } from '../image/recipes.js';
import type { PredictResult } from '../results/predict.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { checkLabels, predictionsOf, type RankingOptions } from '../shufflenet/predictions.js';
import { type LoadingOptions, loadModel } from './model.js';
import { checkKey, isArrayFile, readArray, readPicture } from './predict-input.js';

/** How the input is read and the output shown. */
export interface PredictOptions extends LoadingOptions, RankingOptions {
  /** What to do to the values first. Pictures and integers need it said; floats are taken as they are. */
  readonly preprocess?: Recipe;
  /** Which array of an .npz file. */
  readonly key?: string;
  /** What computes: the engine, in float32, or the evaluator, in float64. Default `engine`. */
  readonly executor?: 'engine' | 'evaluator';
}

/** Runs the network in `source` on `input` and lists the most probable classes of each image. */
export async function predict(source: Source, input: Source, options: PredictOptions = {}): Promise<PredictResult> {
  const model = await loadModel(source, options);
  checkLabels(model.settings, options.labels);
  const { tensor, recipe } = await prepare(model, input, options);
  checkFinite(tensor, printable(input.name));
  const { executor, output } = await run(model, tensor, options.executor);
  return {
    source: { name: source.name, bytes: source.size },
    input: { name: input.name, bytes: input.size, shape: tensor.shape, preprocess: recipe },
    config: model.settings,
    executor,
    output: model.network.output,
    shape: output.shape,
    predictions: predictionsOf(model.settings, output, options),
  };
}

/** What is computed from a value that is no number means nothing; nor from one that is none in float32. */
function checkFinite(input: Tensor, where: string): void {
  const values = toFloat32(input);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new UsageError({
    what: 'The input holds values that are no finite numbers.',
    where,
    found: `${values[at]} at [${unravel(at, input.shape).join(', ')}]`,
    next: 'look at how it was made',
  });
}

async function run(
  model: ShuffleNetModel,
  input: Tensor,
  executor: PredictOptions['executor'],
): Promise<{ readonly executor: string; readonly output: Tensor }> {
  if (executor !== 'evaluator') return runInEngine(model, input);
  const slow = evaluator(model);
  return { executor: slow.name, output: (await slow.run(input)).get(model.network.output)! };
}

async function prepare(
  model: ShuffleNetModel,
  input: Source,
  options: PredictOptions,
): Promise<{ tensor: Tensor; recipe: Recipe }> {
  const bytes = await input.bytes();
  const where = printable(input.name);
  checkKey(bytes, where, options.key);
  const isArray = isArrayFile(bytes);
  const raw = isArray
    ? readArray(bytes, where, options.key)
    : { tensor: await readPicture(bytes, where, model.network.inputShape), floats: false };
  const recipe = options.preprocess ?? (raw.floats ? 'none' : undefined);
  if (recipe === undefined) throw preprocessingUnknown(isArray);
  return { tensor: preprocess(raw.tensor, recipe), recipe };
}

function preprocessingUnknown(isArray: boolean): UndecidedError {
  return new UndecidedError('--preprocess', {
    what: 'What was done to pixel values in training is not known.',
    found: isArray ? 'an array of integers' : 'a picture, values 0 to 255',
    expected: 'none (0 to 255), tf (-1 to 1), caffe, torch, or article (what its training script does)',
    next: 'say --preprocess; the wrong one gives confident nonsense',
  });
}
