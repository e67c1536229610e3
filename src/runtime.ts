// The small face, for pages and Node: a converted model downloaded and run by the engine. It holds no HDF5 and reads
// nothing but what `convert` wrote. Built into one file for pages without a bundler: vite.config.ts.

export {
  type ErrorKind,
  type Explanation,
  isShuffleportError,
  ShuffleportError,
  UndecidedError,
} from './core/errors.js';
export type { Tensor, TensorData } from './core/tensor.js';
export { RECIPES, type Recipe } from './image/recipes.js';
export { DownloadError } from './runtime/errors.js';
export type { ModelParts, ModelSource } from './runtime/fetch-model.js';
export type { Input } from './runtime/input.js';
export { loadModel, type RuntimeOptions } from './runtime/load.js';
export type { RuntimeModel, RuntimePredictOptions } from './runtime/model.js';
export { LoadError } from './shufflenet/load-errors.js';
export type { Prediction } from './shufflenet/predictions.js';
export type { ShuffleNetSettings } from './shufflenet/settings.js';
