// Inputs for `predict`: arrays, with the batch dimension added where one image comes without it, and pictures, scaled
// to the network's size.
import { startsWith } from '../core/bytes.js';
import { UndecidedError, UsageError } from '../core/errors.js';
import { formatShape, type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import { listSome, printable } from '../core/text.js';
import { readNpy } from '../formats/npy.js';
import { numbersIn } from '../formats/npz.js';
import { decodeImage } from '../image/decode.js';
import { resizeBilinear } from '../image/resize.js';
import type { Shape } from '../network/layer.js';

const NPY = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
const ZIP = Uint8Array.of(0x50, 0x4b);

/** Whether the bytes are an .npy or .npz file; anything else is taken for a picture. */
export function isArrayFile(bytes: Uint8Array): boolean {
  return startsWith(bytes, NPY) || startsWith(bytes, ZIP);
}

/** An array as the network takes it, and whether it was stored as floating-point numbers. */
export interface InputArray {
  readonly tensor: Tensor;
  readonly floats: boolean;
}

/** Reads an .npy file, or one array of an .npz file, as `(batch, height, width, channels)`. */
export function readArray(bytes: Uint8Array, where: string, key?: string): InputArray {
  const { tensor: array, dtype } = startsWith(bytes, ZIP) ? pick(bytes, where, key) : readNpy(bytes, where);
  return { tensor: withBatch(array), floats: dtype.includes('float') };
}

/** What is not one of several has no name to be picked by. */
export function checkKey(bytes: Uint8Array, where: string, key: string | undefined): void {
  if (key === undefined || startsWith(bytes, ZIP)) return;
  throw new UsageError({
    what: '--key names an array of an .npz file, and the input is none.',
    where,
    found: printable(key),
    next: 'leave --key out',
  });
}

function pick(bytes: Uint8Array, where: string, key: string | undefined): { tensor: Tensor; dtype: string } {
  const { arrays, unreadable } = numbersIn(bytes, where);
  const wanted = key ?? (arrays.length === 1 ? arrays[0]!.key : 'input');
  const entry = arrays.find((candidate) => candidate.key === wanted);
  if (entry !== undefined) return { tensor: entry.read(), dtype: entry.dtype };
  const refused = unreadable.find((candidate) => candidate.key === wanted);
  if (refused !== undefined) throw refused.error;
  throw new UsageError({
    what:
      key === undefined
        ? 'The file holds several arrays, and none is called `input`.'
        : 'The file holds no such array.',
    where,
    found: listSome([...arrays, ...unreadable].map((candidate) => printable(candidate.key))),
    ...(key !== undefined && { expected: printable(key) }),
    next: 'name one of them: --key NAME',
  });
}

function withBatch(array: Tensor): Tensor {
  if (array.shape.length !== 3) return array;
  return tensor(toFloat32(array), [1, ...array.shape]);
}

/** Decodes a picture and scales it to the network's size, if that is known: `(1, height, width, channels)`. */
export async function readPicture(bytes: Uint8Array, where: string, inputShape: Shape): Promise<Tensor> {
  const [height = null, width = null, channels = 3] = inputShape;
  if (channels !== 1 && channels !== 3) {
    throw new UsageError({
      what: 'A picture has 1 or 3 channels.',
      found: `a network that takes ${formatShape([null, ...inputShape])}`,
      next: 'give the input as an .npy array',
    });
  }
  const picture = (await decodeImage(bytes, where, channels)).tensor;
  if (height === null || width === null) throw sizeUnknown(picture);
  const scaled = resizeBilinear(picture, height, width);
  return tensor(scaled.data, [1, ...scaled.shape]);
}

function sizeUnknown(picture: Tensor): UndecidedError {
  return new UndecidedError('--input-shape', {
    what: 'The file does not say which size of picture the network was trained on.',
    found: `a picture of ${picture.shape[1]} x ${picture.shape[0]} pixels`,
    expected: 'height, width and channels: weights alone tell only the channels',
    next: 'say it, for example --input-shape 224,224,3',
  });
}
