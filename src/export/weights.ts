// A model's weights one by one, under the keys that converted files use; and whether those read back are the same.
import { equalBytes } from '../core/bytes.js';
import { formatShape, sameShape, type Tensor } from '../core/tensor.js';
import { formatCount } from '../core/text.js';
import { WEIGHT_ROLES, type WeightRole } from '../core/weights.js';
import { encodeElements } from '../formats/elements.js';
import type { Model } from '../network/model.js';
import { ExportReadBackError } from './errors.js';

/** One weight of a model. */
export interface NamedWeight {
  /** `layer/role`, the layer under its article name: `stage2/block1/bn_gconv_1/gamma`. */
  readonly key: string;
  readonly layer: string;
  readonly role: WeightRole;
  readonly tensor: Tensor<Float32Array>;
}

/** The key of a layer's weight in every converted file. */
export const weightKey = (layer: string, role: WeightRole): string => `${layer}/${role}`;

/** Every weight of the model: layers in network order, roles in Keras's. */
export function namedWeights({ network, weights }: Pick<Model, 'network' | 'weights'>): NamedWeight[] {
  return network.layers.flatMap(({ name: layer }) =>
    WEIGHT_ROLES.flatMap((role) => {
      const tensor = weights.get(layer)?.[role];
      return tensor === undefined ? [] : [{ key: weightKey(layer, role), layer, role, tensor }];
    }),
  );
}

/** An array as a reader found it in a written file. */
export interface ReadArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

/** Throws `ExportReadBackError` unless `read` holds exactly the bytes of `written`. */
export function expectSameArray(where: string, read: ReadArray | undefined, written: ReadArray): void {
  const kind = (array: ReadArray): string => `${array.dtype} of shape ${formatShape(array.shape)}`;
  if (read === undefined) throw new ExportReadBackError(where, 'nothing', kind(written));
  if (read.dtype !== written.dtype || !sameShape(read.shape, written.shape)) {
    throw new ExportReadBackError(where, kind(read), kind(written));
  }
  if (!equalBytes(read.bytes, written.bytes)) {
    const at = written.bytes.findIndex((byte, i) => byte !== read.bytes[i]);
    throw new ExportReadBackError(where, `other values, from element ${formatCount(at >> 2)} on`, 'the same bits');
  }
}

/** Throws `ExportReadBackError` unless `read` has the model's weights, bit for bit, and nothing else. */
export function expectSameWeights(
  model: Pick<Model, 'network' | 'weights'>,
  read: ReadonlyMap<string, ReadArray>,
  file: string,
): void {
  const written = namedWeights(model);
  for (const { key, tensor } of written) {
    const bytes = encodeElements(tensor);
    expectSameArray(`${file}, ${key}`, read.get(key), { dtype: 'float32', shape: tensor.shape, bytes });
  }
  if (read.size !== written.length) {
    throw new ExportReadBackError(file, `${formatCount(read.size)} weights`, formatCount(written.length));
  }
}

/** Throws `ExportReadBackError` unless the two are the same JSON, keys in the same order. */
export function expectSameJson(where: string, read: unknown, written: unknown): void {
  if (JSON.stringify(read) === JSON.stringify(written)) return;
  throw new ExportReadBackError(where, 'other JSON than was written', 'the same');
}
