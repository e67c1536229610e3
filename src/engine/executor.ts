// The engine as an executor, so that it can be held against recorded outputs as every other runtime is.
import { type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import { type Executor, longestSum } from '../network/executor.js';
import { checkInput } from '../network/input.js';
import { layersByName, type Network } from '../network/layer.js';
import type { Model } from '../network/model.js';
import { sizedNetwork } from '../network/sized.js';
import { createEngine, engineName, featuresHere, sizeOfInput } from './engine.js';
import { programOf } from './program.js';

/** How the engine is run. */
export interface EngineExecutorOptions {
  /** `true`: the fast plan, in which some layers are part of others. Without it every layer can be observed. */
  readonly fold?: boolean;
}

/** A model in the engine. */
export async function engineExecutor(
  model: Pick<Model, 'network' | 'weights'>,
  { fold = false }: EngineExecutorOptions = {},
): Promise<Executor> {
  const { network } = model;
  return {
    name: engineName(featuresHere(), 1),
    ...(fold && { layers: layersLeft(model), biasedTerms: longestSum(kernelsOf(network), 3) }),
    run: async (input, observe = [network.output]) => {
      checkInput(network, input.shape);
      return runOnce(model, input, observe, fold);
    },
  };
}

/** Layers that the fast plan can show. What is observed is not made part of something else, so all that can be there is. */
function layersLeft(model: Pick<Model, 'network' | 'weights'>): ReadonlySet<string> {
  const { inputShape, layers } = model.network;
  const keep = new Set(layers.map(({ name }) => name));
  const how = { features: featuresHere(), fold: true, keep, threads: 1 };
  return programOf(model, sizeOfInput(inputShape, [SIDE, SIDE]), how).layers;
}

/** A side at which every network can be planned, where it takes any: which layers a plan has does not depend on it. */
const SIDE = 32;

/** The kernels whose sums may begin with a folded bias, `(height, width, in, out)`. */
const kernelsOf = ({ layers }: Network): (readonly number[])[] =>
  layers.flatMap(({ op, weights }) => (op === 'Conv2D' ? [weights.kernel!] : []));

/** An engine for this input alone: sizes differ, and so do layers that are kept. */
async function runOnce(
  model: Pick<Model, 'network' | 'weights'>,
  input: Tensor,
  observe: readonly string[],
  fold: boolean,
): Promise<ReadonlyMap<string, Tensor>> {
  const [batch = 0, ...inputShape] = input.shape;
  const layers = layersByName(sizedNetwork(model.network, inputShape));
  const unknown = observe.find((name) => !layers.has(name));
  if (unknown !== undefined) throw new RangeError(`there is no layer "${unknown}" to observe`);
  const engine = await createEngine(model, { inputShape, observe, fold });
  engine.run(toFloat32(input));
  const found = new Map(
    observe.map((name) => {
      const { outputShape } = layers.get(name)!;
      return [name, tensor(engine.observed(name), [batch, ...(outputShape as number[])])];
    }),
  );
  engine.dispose();
  return found;
}

/** What the fast plan gives for `input`, and who computed it. */
export async function runInEngine(
  model: Pick<Model, 'network' | 'weights'>,
  input: Tensor,
): Promise<{ readonly executor: string; readonly output: Tensor }> {
  checkInput(model.network, input.shape);
  const [batch = 0, ...inputShape] = input.shape;
  const engine = await createEngine(model, { inputShape });
  const output = engine.run(toFloat32(input));
  engine.dispose();
  return { executor: engine.name, output: tensor(output, [batch, output.length / batch]) };
}
