// Bytes written one after another into an array that grows, with WebAssembly's numbers (LEB128).
// Modules of 30 to 60 kB are made while a model loads: no arrays of numbers are joined here.

const TEXT = new TextEncoder();

/** Bytes of an index that is filled in later: LEB128 padded to its greatest length. */
const PADDED = 5;

/** A growing list of bytes. */
export class ByteWriter {
  length = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(this.length + 1);
    this.#bytes[this.length++] = value;
  }

  /** An unsigned number of 32 bits in as few bytes as it takes. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed number in as few bytes as it takes; up to 53 bits, so that it also writes the i64 of a timeout. */
  signed(value: number): void {
    let rest = value;
    while (rest < -64 || rest > 63) {
      this.byte((((rest % 128) + 128) % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest & 0x7f);
  }

  /** Room for an unsigned number that `fill` writes later. */
  reserve(): void {
    for (let i = 1; i < PADDED; i++) this.byte(0x80);
    this.byte(0);
  }

  /** Writes `value` where `reserve` left room. */
  fill(at: number, value: number): void {
    for (let i = 0; i < PADDED - 1; i++) this.#bytes[at + i] = ((value >>> (7 * i)) & 0x7f) | 0x80;
    this.#bytes[at + PADDED - 1] = value >>> (7 * (PADDED - 1));
  }

  append(bytes: Uint8Array): void {
    this.#grow(this.length + bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A name: its length in bytes, and its UTF-8. */
  name(text: string): void {
    const bytes = TEXT.encode(text);
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  /** A float32, little-endian. */
  float(value: number): void {
    this.append(new Uint8Array(new Float32Array([value]).buffer));
  }

  /** What is written so far; a view, which later writing may leave behind. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
