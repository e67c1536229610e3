// The weights of a convolution, written into the order that `convolution-layout.ts` describes.
import { VECTOR } from './arithmetic.js';
import { type ConvolutionLayout, layoutOf, packedLength } from './convolution-layout.js';
import type { ConvolutionSpec, ConvolutionWeights } from './convolution-spec.js';

/** How many floats the weights take. */
export const packedConvolutionLength = (spec: ConvolutionSpec): number => packedLength(layoutOf(spec));

/**
 * Writes the weights into `packed`, which holds zeros, in the order in which the kernel of the same specification reads
 * them. Gives `packed`.
 */
export function packConvolution(
  spec: ConvolutionSpec,
  weights: ConvolutionWeights,
  packed: Float32Array = new Float32Array(packedConvolutionLength(spec)),
): Float32Array {
  const layout = layoutOf(spec);
  const integers = new Int32Array(packed.buffer, packed.byteOffset, packed.length);
  const packer = new Packer(packed, weights);
  let at = 0;
  for (let g = 0; g < spec.groups.length; g++) {
    writeHeader(integers.subarray(at, at + layout.header.bytes / 4), layout, g, spec);
    at += layout.header.bytes / 4;
    const { order } = layout.terms.groups[g]!;
    const lanes = weights.lanes[g]!;
    let lane = 0;
    for (const [i, { width }] of layout.tiles.entries()) {
      for (let n = layout.counts[g]![i]!; n > 0; n--, lane += 4 * width) {
        at = packer.panel(at, order, lanes, lane, 4 * width);
      }
    }
  }
  return packed;
}

function writeHeader(to: Int32Array, layout: ConvolutionLayout, group: number, { groups }: ConvolutionSpec): void {
  const { header, terms, counts, base } = layout;
  to[header.input / 4] = terms.groups[group]!.base - base;
  to[header.output / 4] = VECTOR * groups[group]!.outVector;
  to.set(counts[group]!, header.counts / 4);
  if (terms.table) to.set(terms.groups[group]!.starts, header.table / 4);
}

/** Writes panels: for so many lanes, the bias and then the weights term by term. */
class Packer {
  readonly #to: Float32Array;
  readonly #weights: ConvolutionWeights;
  readonly #scale: Float64Array;
  /** Channels of one part. */
  readonly #width: number;

  constructor(to: Float32Array, weights: ConvolutionWeights) {
    const { channels, parts, scale } = weights;
    this.#to = to;
    this.#weights = weights;
    this.#scale = scale ?? new Float64Array(channels).fill(1);
    this.#width = channels / parts.length;
  }

  /** The panel of `count` lanes from `lane`, at `at`. Gives where the next one begins. */
  panel(at: number, order: Int32Array, lanes: readonly number[], lane: number, count: number): number {
    const { bias } = this.#weights;
    for (let i = 0; i < count; i += 4) {
      for (let j = i; j < i + 4; j++) {
        const channel = lanes[lane + j]!;
        if (bias !== undefined && channel >= 0) this.#to[at + j] = bias[channel]!;
      }
      this.#vector(at + count + i, count, order, lanes, lane + i);
    }
    return at + count * (1 + order.length);
  }

  /** The weights of four lanes, `step` floats from one term to the next. */
  #vector(at: number, step: number, order: Int32Array, lanes: readonly number[], lane: number): void {
    const channel = lanes[lane]!;
    let alike = channel >= 0 && (channel % this.#width) + 4 <= this.#width;
    for (let i = 1; i < 4; i++) alike &&= lanes[lane + i] === channel + i;
    if (alike) this.#neighbours(at, step, order, channel);
    else for (let i = 0; i < 4; i++) this.#lane(at + i, step, order, lanes[lane + i]!);
  }

  /** Four channels that follow each other: of millions of weights, in a load that may take 120 ms, nearly all. */
  #neighbours(at: number, step: number, order: Int32Array, channel: number): void {
    const [to, from, scale, width] = [this.#to, this.#partOf(channel), this.#scale, this.#width];
    const [a, b, c, d] = [scale[channel]!, scale[channel + 1]!, scale[channel + 2]!, scale[channel + 3]!];
    const column = channel % width;
    for (let k = 0, into = at; k < order.length; k++, into += step) {
      const row = order[k]! * width + column;
      to[into] = from[row]! * a;
      to[into + 1] = from[row + 1]! * b;
      to[into + 2] = from[row + 2]! * c;
      to[into + 3] = from[row + 3]! * d;
    }
  }

  /** One channel; nothing for what is padding. */
  #lane(at: number, step: number, order: Int32Array, channel: number): void {
    if (channel < 0) return;
    const [from, width, scale] = [this.#partOf(channel), this.#width, this.#scale[channel]!];
    const column = channel % width;
    for (let k = 0; k < order.length; k++) this.#to[at + k * step] = from[order[k]! * width + column]! * scale;
  }

  #partOf(channel: number): Float32Array {
    return this.#weights.parts[Math.floor(channel / this.#width)]!;
  }
}
