// A user's program, compiled strictly against the packed package and run (test/package.test.ts). It takes the public
// functions by their documented types, and prints what the article's own example of the channel shuffle gives.
import ndarray, { type NdArray } from 'ndarray';
import {
  type Checkpoint,
  type ConvertOptions,
  channelShuffle,
  convert,
  diff,
  type Executor,
  evaluator,
  inspect,
  isShuffleportError,
  type Model,
  type Network,
  openCheckpoint,
  predict,
  type Source,
  shuffleNet,
  toNdarray,
  type VerifyResult,
  verify,
} from 'shuffleport';
import { fileSource } from 'shuffleport/node';
import { type Input, loadModel, type RuntimeModel } from 'shuffleport/runtime';

// Neither the page's types nor Node's are there: the package's own need none of them.
declare const console: { log(...values: unknown[]): void };

/** The road from a file to a verdict. Compiled; run only where there is a file. */
export async function road(path: string): Promise<string[]> {
  const file: Source = await fileSource(path);
  const options: ConvertOptions = { to: 'safetensors', pooling: 'avg' };
  const checkpoint: Checkpoint = await openCheckpoint(file);
  const model: Model = await shuffleNet({ groups: 3, loadModel: checkpoint });
  const executor: Executor = evaluator(model);
  const { config, totals } = await inspect(file, { stats: true });
  const converted = await convert(file, options);
  const verified: VerifyResult = await verify(file, file, { pooling: 'max' });
  const { predictions } = await predict(file, file, { preprocess: 'tf', top: 5 });
  const { same } = await diff(file, file);
  const best: number | undefined = predictions[0]?.classes[0]?.probability;
  return [executor.name, verified.verdict, ...converted.files.map(({ name }) => name)].concat(
    `${config?.groups} ${totals.parameters} ${same} ${best}`,
  );
}

/** The road of a page. Compiled; run only where there is a server. */
export async function page(url: string, pixels: Input): Promise<string> {
  const model: RuntimeModel = await loadModel(url, { onProgress: (loaded, total) => console.log(loaded, total) });
  const [prediction] = await model.predict(pixels, { top: 5, preprocess: 'article' });
  await model.observe(['global_pool']);
  const output: Float32Array = model.run(new Float32Array(224 * 224 * 3));
  const { shape } = model.observed('global_pool');
  model.dispose();
  return `${prediction?.classes[0]?.label} ${output.length} ${shape}`;
}

const network: Network = shuffleNet({ groups: 3, pooling: 'avg' });
const nine: NdArray<Float32Array> = ndarray(Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]), [9]);
const shuffled: NdArray<Float32Array> = toNdarray(channelShuffle(nine, 3));

console.log(network.name);
console.log(Array.from({ length: 9 }, (_, index) => shuffled.get(index)).join(' '));
console.log(await road('missing.h5').catch((error: unknown) => (isShuffleportError(error) ? error.kind : error)));
console.log(
  await page('http://127.0.0.1:1/', new Float32Array(1)).catch((error: unknown) => (error as { tag: string }).tag),
);
