// The script of a repro: about ten lines of numpy for one layer, one or two a layer where several are run, that compute
// what fails again and print the difference. Read first: operations.ts.
import type { Layer } from '../../network/layer.js';
import type { FailingPart } from '../../parity/failing-part.js';
import { comment, python } from '../python-text.js';
import { inputKeys, weightKey } from './arrays.js';
import { numpyLines } from './operations.js';

/** The whole script. It loads the .npz file of its own name beside it. */
export function reproScript(part: FailingPart): string {
  return [
    ...introduction(part),
    'import numpy as np',
    '',
    'a = {name: array.astype("float64") for name, array in np.load(__file__[:-2] + "npz").items()}',
    ...(part.layers.length === 1 ? [] : ['layer = {}']),
    ...part.layers.flatMap((layer) => numpyLines(layer, operandsOf(part, layer))),
    ...(part.layers.length === 1 ? [] : [`y = ${namedValue(part.failure.layer)}`]),
    ...(part.image === undefined ? SHAPES : difference(part, part.image)),
    '',
  ].join('\n');
}

function introduction(part: FailingPart): string[] {
  const { failure, layers } = part;
  const { op } = layers.at(-1)!;
  const keys = [...inputKeys(part)].map(([name, key]) => `"${key}" is what was recorded of ${name}`).join(', ');
  return [
    ...comment(`${failure.layer} (${op}): ${failure.reason}.`),
    ...(failure.cause === null ? [] : comment(`Cause: ${failure.cause.words}`)),
    ...comment(
      `In the .npz file beside this, ${holds(part)}: ${keys}; "expected" is the layer's recorded output, "computed" what shuffleport gives, "bound" how far each value may lie off. Needs Python 3 and numpy.`,
    ),
    ...howRun(part).flatMap(comment),
  ];
}

const holds = ({ image, batch }: FailingPart): string =>
  image === undefined ? 'the whole batch' : `image ${image} of ${batch}`;

/** What is to be said where a layer is not run alone on its recorded inputs. */
function howRun({ failure: { check }, layers }: FailingPart): string[] {
  if (check === 'free-run' || check === 'tolerance')
    return [`It is run from the network's input, as it was judged: ${layers.length} layers, one after another.`];
  if (layers.length === 1) return [];
  return [
    `Not every layer before it was recorded, so ${layers.length} layers are run, one after another: any may be at fault.`,
  ];
}

function operandsOf(part: FailingPart, { name, inputs, weights }: Layer) {
  const keys = inputKeys(part);
  // The input layer has no inputs; it gives what was recorded under its name.
  const taken = inputs.length === 0 ? [name] : inputs;
  const value = (input: string): string => (keys.has(input) ? array(keys.get(input)!) : namedValue(input));
  return {
    result: part.layers.length === 1 ? 'y' : namedValue(name),
    inputs: taken.map(value),
    shape: part.shapes.get(taken[0]!)!,
    weight: (role: keyof typeof weights) =>
      weights[role] === undefined ? undefined : array(weightKey(part, name, role)),
  };
}

const array = (key: string): string => `a[${python(key)}]`;
const namedValue = (name: string): string => `layer[${python(name)}]`;

const SHAPES = ['print("computed", y.shape, "expected", a["expected"].shape)'];

/** The worst value as the report has it: by the share of its bound, by a stated tolerance by its size. */
function difference({ failure: { check } }: FailingPart, image: number): string[] {
  const worst = check === 'tolerance' ? 'error' : 'np.nan_to_num(share, nan=np.inf)';
  return [
    'with np.errstate(all="ignore"):',
    '    error = np.where(y == a["expected"], 0, abs(y - a["expected"]))',
    ...(check === 'tolerance' ? [] : ['    share = np.where(error == 0, 0, error / a["bound"])']),
    `at = np.unravel_index(np.argmax(${worst}), y.shape)`,
    `print("worst at", [${image}] + [int(i) for i in at[1:]])`,
    'print("value", float(y[at]), "expected", float(a["expected"][at]), "bound", float(a["bound"][at]))',
    `print(int((~(error <= a["bound"])).sum()), "of", y.size, "values of image ${image} are off")`,
    'print("from shuffleport\'s own output this differs by at most", float(abs(y - a["computed"]).max()))',
  ];
}
