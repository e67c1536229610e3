// The reference was given the image mirrored, upside down, or with rows and columns exchanged.
import type { KnownCause } from '../cause.js';
import { moved, rearranged } from '../changes.js';
import { inputOf, withInput } from '../input.js';

const TURNS = [
  { words: 'mirrored from left to right', square: false, from: mirrored },
  { words: 'upside down', square: false, from: upsideDown },
  { words: 'turned by half a turn', square: false, from: halfTurn },
  { words: 'with rows and columns exchanged', square: true, from: exchanged },
] as const;

type Position = (row: number, column: number, height: number, width: number) => readonly [number, number];

/** Augmentation left on, or a bottom-up bitmap. */
export const inputTurned: KnownCause = {
  id: 'input-turned',
  prior: 4,
  *variations(segment) {
    const input = inputOf(segment);
    if (input === undefined) return;
    const [height, width] = input[0]!.value.shape;
    for (const { words, square, from } of TURNS) {
      if (square && height !== width) continue;
      yield {
        words: `The reference saw the image ${words}, not as its input was recorded`,
        fix: 'Record as `input` what the model was given, with augmentation switched off.',
        change: withInput(segment, (x) => moved(x, (map) => rearranged(map, from as Position))),
      };
    }
  },
};

function mirrored(row: number, column: number, _height: number, width: number): readonly [number, number] {
  return [row, width - 1 - column];
}
function upsideDown(row: number, column: number, height: number): readonly [number, number] {
  return [height - 1 - row, column];
}
function halfTurn(row: number, column: number, height: number, width: number): readonly [number, number] {
  return [height - 1 - row, width - 1 - column];
}
function exchanged(row: number, column: number): readonly [number, number] {
  return [column, row];
}
