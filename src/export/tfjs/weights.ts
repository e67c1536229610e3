// A graph's constants as TensorFlow.js stores them: one run of little-endian bytes, cut into shards, and a manifest
// that tells where each begins by listing them in order. Read first: nodes.ts.
import { concatBytes } from '../../core/bytes.js';
import type { Tensor } from '../../core/tensor.js';
import { encodeElements } from '../../formats/elements.js';
import type { ExportFile } from '../files.js';

/** Values by node name, in the order in which they are stored. */
export type Constants = ReadonlyMap<string, Tensor<Float32Array | Int32Array>>;

/** One entry of the manifest. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** A group of shards and what they hold. */
export interface WeightsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

/** Bytes of a shard, as in TensorFlow's converter: browsers cache files of 4 MiB. */
export const SHARD_BYTES = 4 * 2 ** 20;

/** What the manifest says of these constants. */
export function specsOf(constants: Constants): WeightSpec[] {
  return Array.from(constants, ([name, { shape, data }]) => {
    return { name, shape, dtype: data instanceof Int32Array ? 'int32' : 'float32' };
  });
}

/** The manifest and the shards, each of `shardBytes` but the last. */
export function storeConstants(
  constants: Constants,
  shardBytes = SHARD_BYTES,
): { readonly group: WeightsGroup; readonly shards: readonly ExportFile[] } {
  const bytes = concatBytes(Array.from(constants.values(), encodeElements));
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const shards = Array.from(
    { length: count },
    (_, i): ExportFile => ({
      name: `group1-shard${i + 1}of${count}.bin`,
      bytes: bytes.slice(i * shardBytes, (i + 1) * shardBytes),
    }),
  );
  return { group: { paths: shards.map(({ name }) => name), weights: specsOf(constants) }, shards };
}
