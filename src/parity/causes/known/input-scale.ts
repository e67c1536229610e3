// The reference was given other numbers than its input holds: another of the usual scales of pixel values.
import type { BoundedMap } from '../../bounds/bounded.js';
import type { KnownCause } from '../cause.js';
import { inputOf, type Recolouring, recoloured, withInput } from '../input.js';

/** `(pixel - mean) / divisor + shift`, of channels red, green, blue, or in reverse. */
interface Scale {
  readonly name: string;
  readonly mean: readonly number[];
  readonly divisor: readonly number[];
  readonly shift: number;
  readonly bgr: boolean;
}

const plain = (name: string, divisor: number, shift: number): Scale => ({
  name,
  mean: [0, 0, 0],
  divisor: [divisor, divisor, divisor],
  shift,
  bgr: false,
});

/** ImageNet's mean, red, green, blue. */
const MEAN = [123.68, 116.779, 103.939];

/** As `src/image/recipes.ts` computes them, and pixels divided by 255. */
const SCALES: readonly Scale[] = [
  plain('0..255', 1, 0),
  plain('0..1', 255, 0),
  plain('-1..1', 127.5, -1),
  { name: "Caffe's (BGR, ImageNet's mean subtracted)", mean: MEAN, divisor: [1, 1, 1], shift: 0, bgr: true },
  {
    name: "torchvision's (ImageNet's mean and deviation)",
    mean: [0.485, 0.456, 0.406].map((m) => 255 * m),
    divisor: [0.229, 0.224, 0.225].map((s) => 255 * s),
    shift: 0,
    bgr: false,
  },
  {
    name: "the article's training script's (Caffe's, then x / 127.5 - 1)",
    mean: MEAN,
    divisor: [127.5, 127.5, 127.5],
    shift: -1,
    bgr: true,
  },
];

/** `tensorflow/tfjs#5162`: the commonest of all. */
export const inputScale: KnownCause = {
  id: 'input-scale',
  prior: 10,
  *variations(segment) {
    const input = inputOf(segment);
    if (input === undefined) return;
    const channels = input[0]!.value.shape.at(-1)!;
    const known = channels === 3 ? SCALES : SCALES.slice(0, 3);
    for (const recorded of known.filter((scale) => within(input, scale, channels))) {
      for (const seen of known) {
        if (seen === recorded) continue;
        const recolouring = between(recorded, seen, channels);
        yield {
          words: `The reference saw its input at another scale: ${seen.name} instead of ${recorded.name}, as which it was recorded`,
          fix: `Record as \`input\` what the model was given, after preprocessing; give the port the preprocessing that the network was trained with.`,
          change: withInput(segment, (x) => recoloured(x, recolouring)),
        };
      }
    }
  },
};

/** Whether every value is one that pixels of 0 to 255 have at that scale. */
function within(input: readonly BoundedMap[], scale: Scale, channels: number): boolean {
  const ends = Array.from({ length: channels }, (_, c) => {
    const { mean, divisor } = channelOf(scale, c);
    return [(0 - mean) / divisor + scale.shift, (255 - mean) / divisor + scale.shift] as const;
  });
  // As far as float32 may round an end.
  const slack = 1e-5 * Math.max(...ends.flat().map(Math.abs));
  return input.every(({ value }) =>
    value.data.every((v, i) => {
      const [low, high] = ends[i % channels]!;
      return v >= low - slack && v <= high + slack;
    }),
  );
}

/** What is subtracted and divided by in the channel that stands at `c`. */
function channelOf({ mean, divisor, bgr }: Scale, c: number): { mean: number; divisor: number } {
  const colour = bgr ? 2 - c : c;
  return { mean: mean[colour] ?? 0, divisor: divisor[colour] ?? divisor[0]! };
}

/** From one scale to the other, by way of pixels. */
function between(recorded: Scale, seen: Scale, channels: number): Recolouring {
  const places = Array.from({ length: channels }, (_, c) => c);
  const from = places.map((c) => (recorded.bgr === seen.bgr ? c : channels - 1 - c));
  const scale = places.map((c) => channelOf(recorded, from[c]!).divisor / channelOf(seen, c).divisor);
  const shift = places.map((c) => {
    const before = channelOf(recorded, from[c]!);
    const after = channelOf(seen, c);
    return (before.mean - recorded.shift * before.divisor - after.mean) / after.divisor + seen.shift;
  });
  return { from, scale, shift };
}
