// What a convolution kernel is written from, and what its weights are packed from.

/** The outputs of one group of channels. */
export interface ConvolutionGroup {
  /** Bytes from a pixel's input address to each of the K inputs that a sum is over: multiples of 4, in any order. */
  readonly offsets: readonly number[];
  /** The group's first vector within the output pixel, and within the residual pixel. */
  readonly outVector: number;
  /** How many vectors of outputs it has. Groups may differ. */
  readonly vectors: number;
}

/**
 * `out[p][vector] = relu?(bias + sum over k of in[p + offsets[k]] * w[k][lane] + residual[p][vector])`, for rows of
 * pixels. Steps are in bytes. A 1x1 convolution is one row of all pixels; k x k reads a map with its padding written
 * out; a dense layer is one pixel.
 */
export interface ConvolutionSpec {
  /** From one output pixel's input to the next's, within a row. */
  readonly inStep: number;
  readonly outStep: number;
  /** Undefined: nothing is added. */
  readonly residualStep: number | undefined;
  /** From one row of output pixels to the next; used if a call has more than one. */
  readonly inRowStep: number;
  readonly outRowStep: number;
  readonly residualRowStep: number;
  readonly relu: boolean;
  /** The fewest pixels that a row of any call has: tiles are never taller. */
  readonly pixels: number;
  /** All with the same number of offsets. */
  readonly groups: readonly ConvolutionGroup[];
}

/** What a convolution multiplies with, as a file has it. */
export interface ConvolutionWeights {
  /** Each part `(K, its channels)`, row by row: row k belongs to `offsets[k]`. All have as many channels. */
  readonly parts: readonly Float32Array[];
  /** The channels of all parts, one after the other: all groups' outputs. */
  readonly channels: number;
  /** What each channel's weights are multiplied by, in float64. */
  readonly scale: Float64Array | undefined;
  readonly bias: Float32Array | undefined;
  /** For each group, for each of its `4 * vectors` lanes: the channel that is computed there, or -1 for padding. */
  readonly lanes: readonly (readonly number[])[];
}
