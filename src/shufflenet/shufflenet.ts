// The article's `ShuffleNet()`: its ten arguments under their own names, with Keras's meaning.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Network, Shape } from '../network/layer.js';
import type { SymbolicTensor } from '../network/symbolic.js';
import { buildNetwork } from './build.js';
import { IndivisibleChannelsError, UnknownInputSizeError } from './errors.js';
import { bindWeights, type LoadOptions, type ShuffleNetModel } from './load.js';
import { withNeighbours } from './neighbours.js';
import { DEFAULT_SETTINGS, type Pooling, type ShuffleNetSettings, type Slices } from './settings.js';

/** The arguments of the article's function, all optional, and `slices`, which it should have had. */
export interface ShuffleNetArguments {
  /** Whether to include the fully-connected layer at the top. Default true. */
  readonly includeTop?: boolean;
  /** Attach the network to an existing layer's output instead of an input of its own. */
  readonly inputTensor?: SymbolicTensor;
  /** Scales the number of output channels; x over 4. Default 1. */
  readonly scaleFactor?: number;
  /** Default `max`. `null`, without a top, gives the 4-D output: the docstring promises it, the code refuses it. */
  readonly pooling?: Pooling | null;
  /** Default `(224, 224, 3)`. `null` asks for Keras's: that with a top, `(None, None, 3)` without. */
  readonly inputShape?: Shape | null;
  /** 1, 2, 3, 4 or 8. Default 1. */
  readonly groups?: number;
  /** Weights to load by layer name. (In the article any value fails: it loads from `''`.) */
  readonly loadModel?: Checkpoint;
  /** Units after the first of each stage. Default `[3, 7, 3]`. */
  readonly numShuffleUnits?: readonly number[];
  /** Default 0.25. */
  readonly bottleneckRatio?: number;
  /** Default 1000. */
  readonly classes?: number;
  /** See `Slices`. Default `own`. */
  readonly slices?: Slices;
}

/** The network with weights loaded by name from `loadModel`; throws a `LoadError` unless every weight finds its place. */
export function shuffleNet(
  args: ShuffleNetArguments & { readonly loadModel: Checkpoint },
  options?: LoadOptions,
): Promise<ShuffleNetModel>;
/** The network, without weights. */
export function shuffleNet(args?: ShuffleNetArguments & { readonly loadModel?: undefined }): Network;
export function shuffleNet(
  args: ShuffleNetArguments = {},
  options: LoadOptions = {},
): Network | Promise<ShuffleNetModel> {
  const settings = settingsOf(args);
  const network = build(settings, args.inputTensor);
  return args.loadModel === undefined ? network : bindWeights(args.loadModel, network, settings, options);
}

function settingsOf(args: ShuffleNetArguments): ShuffleNetSettings {
  const { inputTensor: _, loadModel: __, inputShape, ...given } = args;
  const settings = { ...DEFAULT_SETTINGS, ...defined(given) };
  const whenNull: Shape = settings.includeTop ? DEFAULT_SETTINGS.inputShape : [null, null, 3];
  const shape = inputShape === null ? whenNull : (inputShape ?? DEFAULT_SETTINGS.inputShape);
  if (settings.includeTop && shape.includes(null)) throw new UnknownInputSizeError(shape);
  return { ...settings, inputShape: shape };
}

function defined<T extends object>(args: T): Partial<T> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function build(settings: ShuffleNetSettings, inputTensor?: SymbolicTensor): Network {
  try {
    return buildNetwork(settings, inputTensor);
  } catch (error) {
    throw error instanceof IndivisibleChannelsError ? withNeighbours(error, settings) : error;
  }
}
