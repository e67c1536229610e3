// Depthwise convolution: every channel has a kernel of its own. The weights of a vector stay while a row goes by, and
// each input is read once for all the outputs it goes to. No barriers: they made no difference here.
import type { Features } from '../wasm/features.js';
import { FunctionBuilder, type Local } from '../wasm/function.js';
import { multiplyAdd, relu, VECTOR } from './arithmetic.js';
import { forEachRow } from './rows.js';
import { slide, slotsOf } from './sliding.js';
import type { WindowedMap } from './windowed-map.js';

/** A depthwise convolution with bias. */
export interface DepthwiseSpec {
  readonly map: WindowedMap;
  readonly vectors: number;
  readonly relu: boolean;
}

/** What a depthwise convolution multiplies with. */
export interface DepthwiseWeights {
  /** `(window height * window width, channels)`, row by row. */
  readonly kernel: Float32Array;
  readonly channels: number;
  readonly bias: Float32Array | undefined;
  /** For each of the `4 * vectors` lanes, its channel, or -1 for padding. */
  readonly lanes: readonly number[];
}

const [INPUT, WEIGHTS, OUTPUT, ZEROS, FROM, TO] = [0, 1, 2, 3, 4, 5];

/** Weights that are held in locals, at most; those of a larger window are read each time. */
const MOST_HELD = 25;

/**
 * Parameters: input, weights, output, zeros, y0, y1. Addresses are those of whole maps; output rows y0 to y1 (exclusive)
 * are computed. `zeros` is a row of zeros as long as an input row, `width * inStep`.
 */
export function depthwiseKernel(name: string, spec: DepthwiseSpec, features: Features): FunctionBuilder {
  const f = new FunctionBuilder(name, 6);
  const { map } = spec;
  const cells = map.window[0] * map.window[1];
  const held = cells <= MOST_HELD ? f.v128s(cells) : undefined;
  const [weights, value, weight, sums] = [f.i32(), f.v128(), f.v128(), f.v128s(slotsOf(map))];
  const weightOf = (cell: number): Local => {
    if (held !== undefined) return held[cell]!;
    f.get(weights)
      .loadV128(VECTOR * cell)
      .set(weight);
    return weight;
  };
  const parameters = { input: INPUT, output: OUTPUT, from: FROM, to: TO };
  const eachRow = () => f.get(WEIGHTS).set(weights);
  forEachRow(f, spec, parameters, { zeros: ZEROS }, eachRow, (locals) => {
    for (const [cell, local] of (held ?? []).entries())
      f.get(weights)
        .loadV128(VECTOR * cell)
        .set(local);
    slide(f, map, locals, (offset, targets) => {
      for (const { slot, first } of targets)
        if (first)
          f.get(weights)
            .loadV128(VECTOR * cells)
            .set(sums[slot]!);
      for (const [i, row] of locals.rows.entries()) {
        f.get(row).loadV128(offset).set(value);
        for (const { slot, cell } of targets) {
          multiplyAdd(f, features, sums[slot]!, value, weightOf(i * map.window[1] + cell));
        }
      }
      for (const target of targets) {
        if (!target.last) continue;
        f.get(locals.output).get(sums[target.slot]!);
        if (spec.relu) relu(f);
        f.storeV128(target.offset);
      }
    });
    f.increase(weights, VECTOR * (cells + 1));
  });
  return f;
}

/** How many floats the weights take. */
export const packedDepthwiseLength = ({ map: { window }, vectors }: DepthwiseSpec): number =>
  4 * vectors * (window[0] * window[1] + 1);

/**
 * Writes the weights into `packed`, which holds zeros, as the kernel reads them: a vector of each cell of the window, then
 * of the bias. Gives `packed`.
 */
export function packDepthwise(
  spec: DepthwiseSpec,
  { kernel, channels, bias, lanes }: DepthwiseWeights,
  packed: Float32Array = new Float32Array(packedDepthwiseLength(spec)),
): Float32Array {
  const { map } = spec;
  const cells = map.window[0] * map.window[1];
  for (const [i, channel] of lanes.entries()) {
    if (channel < 0) continue;
    const start = Math.floor(i / 4) * 4 * (cells + 1) + (i % 4);
    for (let cell = 0; cell < cells; cell++) packed[start + 4 * cell] = kernel[cell * channels + channel]!;
    packed[start + 4 * cells] = bias?.[channel] ?? 0;
  }
  return packed;
}
