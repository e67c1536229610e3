// What `predict` and `diff` answered, as text.
import { formatShape } from '../core/tensor.js';
import { formatCount, plural, printable } from '../core/text.js';
import type { Difference, DiffResult } from '../results/diff.js';
import type { PredictResult } from '../results/predict.js';

/** The classes of each image, or the shape of its features. */
export function predictText({ input, predictions, shape, output }: PredictResult): string {
  return predictions
    .flatMap(({ classes, features }, image) => [
      predictions.length === 1 ? `${printable(input.name)}:` : `${printable(input.name)}, image ${image}:`,
      ...(features === undefined
        ? classes.map(
            ({ index, label, probability }) =>
              `  ${(100 * probability).toFixed(2).padStart(6)} %  ${label === null ? `class ${index}` : printable(label)}`,
          )
        : [
            `  ${output} ${formatShape(shape.slice(1))}: ${features
              .slice(0, 5)
              .map((value) => value.toPrecision(5))
              .join(', ')}, …`,
          ]),
    ])
    .join('\n');
}

/** What differs, or that nothing does. */
export function diffText({ a, b, same, equal, differences }: DiffResult): string {
  const names = `${printable(a.name)} and ${printable(b.name)}`;
  if (same) return `${names} hold the same ${plural(equal, 'weight')}.`;
  return [
    `${names} differ: ${plural(differences.length, 'difference')}, ${plural(equal, 'equal weight')}.`,
    ...differences.map(differenceText),
  ].join('\n');
}

function differenceText(difference: Difference): string {
  const where = `${printable(difference.layer)} ${printable(difference.weight)}`;
  switch (difference.kind) {
    case 'only-in-a':
      return `- ${where} ${formatShape(difference.shape)}`;
    case 'only-in-b':
      return `+ ${where} ${formatShape(difference.shape)}`;
    case 'shape':
      return `~ ${where} ${formatShape(difference.a)} -> ${formatShape(difference.b)}`;
    case 'values':
      return `~ ${where} ${formatCount(difference.count)} values differ, by up to ${difference.maxAbsDifference.toPrecision(3)} at [${difference.at.join(', ')}]`;
    case 'unreadable':
      return `? ${where} cannot be read in ${difference.file}: ${difference.reason}`;
  }
}
