// What browsers and Node both have, as far as it is used here: whoever compiles against these types needs neither the
// page's nor Node's.

/** An address: text, or a `URL`. Relative ones are relative to the page. */
export type Address = string | { readonly href: string };

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/** An `AbortSignal`. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
}

/** An `ImageData`: red, green, blue and alpha of each pixel, 0 to 255. */
export interface PixelData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** An `ImageBitmap`, and what else has these and can be drawn: a canvas. */
export interface Drawable {
  readonly width: number;
  readonly height: number;
}

/** Whether these are bytes, from whatever realm. */
export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** The same bytes as an array of them. */
export function asBytes(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
}

/** Whether this is an address. */
export function isAddress(value: unknown): value is Address {
  return typeof value === 'string' || (typeof value === 'object' && value !== null && 'href' in value);
}

/** The whole address. */
export function absolute(address: Address): string {
  const text = typeof address === 'string' ? address : address.href;
  // A worker has no document, and Node no location.
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  return URL.canParse(text, base) ? new URL(text, base).href : text;
}
