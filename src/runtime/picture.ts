// Pictures as a page has them: pixels, or something that can be drawn; scaled to the network's size as files are.
import { UndecidedError, UsageError } from '../core/errors.js';
import { formatShape, type Tensor, tensor } from '../core/tensor.js';
import { checkDimensions, pixelTensor } from '../image/pixels.js';
import { resizeBilinear } from '../image/resize.js';
import type { Shape } from '../network/layer.js';
import type { Drawable, PixelData } from './platform.js';

/** Height and width. */
export type Size = readonly [number, number];

/** `(1, height, width, channels)`, values 0 to 255. Alpha is dropped, as where files are read. */
export function pictureTensor(picture: PixelData | Drawable, inputShape: Shape, size: Size | undefined): Tensor {
  const { width, height } = picture;
  const channels = channelsOf(inputShape);
  const [rows, columns] = sizeOf(inputShape, size, `${width} x ${height}`);
  checkDimensions(width, height, 'the picture');
  const { data } = 'data' in picture ? picture : drawn(picture);
  const scaled = resizeBilinear(pixelTensor({ rgb: withoutAlpha(data), width, height }, channels), rows, columns);
  return tensor(scaled.data, [1, ...scaled.shape]);
}

function channelsOf(inputShape: Shape): 1 | 3 {
  const [, , channels] = inputShape;
  if (channels === 1 || channels === 3) return channels;
  throw new UsageError({
    what: 'A picture has 1 or 3 channels.',
    found: `a network that takes ${formatShape([null, ...inputShape])}`,
    next: 'give the input as an array',
  });
}

function sizeOf([height = null, width = null]: Shape, size: Size | undefined, found: string): Size {
  const [rows, columns] = [height ?? size?.[0], width ?? size?.[1]];
  if (rows !== undefined && columns !== undefined) return [rows, columns];
  throw new UndecidedError('size', {
    what: 'Nothing says which size of picture the network was trained on.',
    found: `a picture of ${found} pixels`,
    expected: 'height and width: weights alone tell only the channels',
    next: 'say it, for example size: [224, 224]',
  });
}

/** At its own size: the browser's way of scaling is not the one that networks were trained with. */
function drawn(picture: Drawable): PixelData {
  const { width, height } = picture;
  const context = canvasOf(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new UsageError({ what: 'This page cannot draw pictures.', next: 'give an ImageData' });
  context.drawImage(picture as ImageBitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: data as Uint8ClampedArray, width, height };
}

/** In a page or a worker; Node has neither. */
function canvasOf(width: number, height: number): Pick<OffscreenCanvas, 'getContext'> {
  if (globalThis.OffscreenCanvas !== undefined) return new OffscreenCanvas(width, height);
  if (globalThis.document === undefined) {
    throw new UsageError({
      what: 'There is nothing to draw a picture on.',
      next: 'give its pixels, { data, width, height }, or an array',
    });
  }
  return Object.assign(document.createElement('canvas'), { width, height }) as never;
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
