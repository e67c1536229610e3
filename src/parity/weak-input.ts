// Inputs on which a wrong network gives the right answer: verifying with them proves less than it seems to.
import { type Tensor, toFloat64 } from '../core/tensor.js';
import type { Note } from '../core/weights.js';

/** What one image has that hides mistakes. */
interface Weakness {
  readonly holds: (image: Image) => boolean;
  readonly is: string;
  readonly hides: string;
}

interface Image {
  readonly at: (row: number, column: number, channel: number) => number;
  readonly size: readonly [height: number, width: number, channels: number];
}

const everywhere = (
  { size: [height, width, channels] }: Image,
  holds: (row: number, column: number, channel: number) => boolean,
): boolean => {
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) if (!holds(row, column, channel)) return false;
  return true;
};

const WEAKNESSES: readonly Weakness[] = [
  {
    holds: (image) =>
      everywhere(image, (row, column, channel) => image.at(row, column, channel) === image.at(0, 0, channel)),
    is: 'has one colour throughout',
    hides: 'flipped kernels or mirrored images, nor anything that moves values within a channel',
  },
  {
    holds: (image) =>
      everywhere(image, (row, column, c) => image.at(row, column, c) === image.at(row, image.size[1] - 1 - column, c)),
    is: 'is the same from left to right as from right to left',
    hides: 'mirrored images or kernels',
  },
  {
    holds: (image) =>
      everywhere(image, (row, column, c) => image.at(row, column, c) === image.at(image.size[0] - 1 - row, column, c)),
    is: 'is the same from top to bottom as from bottom to top',
    hides: 'images or kernels turned upside down',
  },
  {
    holds: (image) =>
      image.size[2] > 1 && everywhere(image, (row, column, c) => image.at(row, column, c) === image.at(row, column, 0)),
    is: 'has equal channels',
    hides: 'colours in another order (BGR)',
  },
];

/** A note for each weakness that every image of `input`, `(batch, height, width, channels)`, has. */
export function weakInputNotes(input: Tensor): Note[] {
  const images = imagesOf(input);
  const found = WEAKNESSES.filter(({ holds }) => images.length > 0 && images.every(holds));
  // One colour throughout is both symmetries already.
  const told = found[0] === WEAKNESSES[0] ? found.filter((_, i) => i === 0 || found[i] === WEAKNESSES[3]) : found;
  return told.map(({ is, hides }) => ({
    id: 'weak-input',
    text: `The recorded input ${is}: agreement on it does not rule out ${hides}. Record another, such as random noise.`,
  }));
}

function imagesOf(input: Tensor): Image[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = input.shape;
  const values = toFloat64(input);
  return Array.from({ length: batch }, (_, image) => ({
    size: [height, width, channels],
    at: (row, column, channel) => values[((image * height + row) * width + column) * channels + channel]!,
  }));
}
