// What fixtures/generate/make.py wrote: tables of single operations, and small networks with every layer's output.
import { readdirSync, readFileSync } from 'node:fs';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import { readNpz } from '../../src/formats/npz.js';
import { ARTICLE_REVISION, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';

const FOLDER = new URL('../../fixtures/numpy/', import.meta.url);

/** An operation's arguments by name, as fixtures/generate/ops.py calls them: arrays, numbers, pairs, words. */
export type Arguments = Readonly<Record<string, Tensor | number | string | readonly number[]>>;

/** One row of a table: `result` is what numpy makes of `op(args)`. */
export interface NumpyCase {
  readonly name: string;
  readonly op: string;
  readonly args: Arguments;
  readonly result: Tensor<Float32Array>;
}

/** A table by its file name: `group-conv`. */
export function numpyCases(table: string): NumpyCase[] {
  const listed = readJson<{ name: string; op: string; params: Arguments }[]>(`ops/${table}.json`);
  const arrays = readArrays(`ops/${table}.npz`);
  return listed.map(({ name, op, params }) => {
    const own = [...arrays].filter(([key]) => key.startsWith(`${name}.`));
    const { result, ...given } = Object.fromEntries(own.map(([key, array]) => [key.slice(name.length + 1), array]));
    if (result === undefined) throw new Error(`${table}.npz has no ${name}.result`);
    return { name, op, args: { ...params, ...given }, result };
  });
}

/** A shuffle of the article's networks: `order[i]` is the channel that lands in place `i`. */
export interface ShuffleOrder {
  readonly channels: number;
  readonly groups: number;
  readonly order: readonly number[];
}

/** Every shuffle that the article's networks do, for scale factors up to 2. */
export function shuffleOrders(): ShuffleOrder[] {
  return [...readArrays('ops/channel-shuffle-orders.npz')].map(([key, order]) => {
    const [channels, groups] = key.split('.').map(Number) as [number, number];
    return { channels, groups, order: [...order.data] };
  });
}

/** A small network with weights, an input, and what numpy computed from them. */
export interface ForwardFixture {
  readonly name: string;
  readonly settings: ShuffleNetSettings;
  /** The weights, as Keras 2 saves them (legacy HDF5). */
  readonly weights: URL;
  readonly input: Tensor<Float32Array>;
  /** Every layer's output, batch first, by its name with `__` for `/`, in the order of the article's code. */
  readonly layers: ReadonlyMap<string, Tensor<Float32Array>>;
}

/** Every network under fixtures/numpy/forward. */
export function forwardFixtures(): ForwardFixture[] {
  const names = readdirSync(new URL('forward/', FOLDER)).filter((file) => file.endsWith('.json'));
  return names.sort().map((file) => forwardFixture(file.slice(0, -'.json'.length)));
}

function forwardFixture(name: string): ForwardFixture {
  const settings = readJson<Omit<ShuffleNetSettings, 'revision'>>(`forward/${name}.json`);
  const { input, ...layers } = Object.fromEntries(readArrays(`forward/${name}.npz`));
  return {
    name,
    settings: { ...settings, revision: ARTICLE_REVISION },
    weights: new URL(`forward/${name}.h5`, FOLDER),
    input: input!,
    layers: new Map(Object.entries(layers)),
  };
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T;
}

function readArrays(path: string): Map<string, Tensor<Float32Array>> {
  const bytes = new Uint8Array(readFileSync(new URL(path, FOLDER)));
  return new Map(
    readNpz(bytes, path).map((entry) => {
      const array = entry.read();
      return [entry.key, tensor(toFloat32(array), array.shape)];
    }),
  );
}
