// The head of the script: what it does in words, and everything it was made for as Python literals. Text from files is
// only ever written through `python` (as a literal) or `commentItem` (in a comment).
import type { Note } from '../../core/weights.js';
import type { Flavour } from '../../results/make-reference.js';
import type { KernelOrder } from '../../shufflenet/kernel-order.js';
import type { ShuffleNetSettings } from '../../shufflenet/settings.js';
import { commentItem, python } from '../python-text.js';

/** What a script is made for. */
export interface ScriptFacts {
  readonly flavour: Flavour;
  /** Base name of the weights file. */
  readonly fileName: string;
  /** Of the weights file, in hexadecimal. */
  readonly sha256: string;
  readonly settings: ShuffleNetSettings;
  /** What the file puts before every layer's name. */
  readonly prefix: string;
  /** The layer that the network is nested in. */
  readonly outer: string | undefined;
  /** The file's names by the article's, where they do not follow from them. */
  readonly names: ReadonlyMap<string, string> | undefined;
  readonly kernelOrder: KernelOrder;
  /** For `verify`, after the reference: ` --pooling avg`. */
  readonly verifyFlags: string;
  readonly notes: readonly Note[];
}

/** The head. */
export function head(facts: ScriptFacts): string {
  const { flavour, fileName, sha256, prefix, outer, names, kernelOrder, verifyFlags, notes } = facts;
  const literals: [string, string, unknown][] = [
    ['The file this was made for; no other is accepted.', 'FILE_NAME', fileName],
    ['', 'FILE_SHA256', sha256],
    ["The network's settings, by the names of the article's arguments where it has them.", 'SETTINGS', named(facts)],
    ["What the file puts before layers' names, and the model it holds the network in.", 'PREFIX', prefix],
    ['', 'OUTER', outer ?? null],
    [
      "The file's layers by the article's names, where order and not names says which is which.",
      'LAYERS',
      record(names),
    ],
    ['The order of the axes of convolution kernels in the file.', 'KERNEL_ORDER', kernelOrder],
    ['Height and width of random inputs where the settings leave them open.', 'RANDOM_SIZE', randomSize(facts)],
    ['What verify is to be told.', 'VERIFY_FLAGS', verifyFlags],
  ];
  return [
    DOCUMENTATION[flavour],
    ...(notes.length === 0 ? [] : ['', '# Of the file:', ...notes.flatMap(({ text }) => commentItem(text))]),
    '',
    IMPORTS[flavour],
    ...literals.flatMap(([comment, name, value]) => [
      ...(comment === '' ? [] : ['', `# ${comment}`]),
      `${name} = ${python(value)}`,
    ]),
  ].join('\n');
}

function named({ settings }: ScriptFacts): object {
  const { revision, ...own } = settings;
  return {
    include_top: own.includeTop,
    scale_factor: own.scaleFactor,
    pooling: own.pooling,
    input_shape: own.inputShape,
    groups: own.groups,
    num_shuffle_units: own.numShuffleUnits,
    bottleneck_ratio: own.bottleneckRatio,
    classes: own.classes,
    slices: own.slices,
    conv_bias: revision.convBias,
    first_gconv_2_grouped: revision.firstGconv2Grouped,
    bottleneck_from: revision.bottleneckFrom,
  };
}

const record = (names: ReadonlyMap<string, string> | undefined): object | null =>
  names === undefined ? null : Object.fromEntries(names);

/** Smallest height and width of random inputs. */
const LEAST_SIZE = 32;

/**
 * A size that shows what can go wrong: the last map has several pixels, so that max and average pooling differ; the
 * height is even at every stride, the width odd, so that both paddings of SAME are met.
 */
export function randomSize({ settings }: Pick<ScriptFacts, 'settings'>): [number, number] {
  const factor = 4 * 2 ** settings.numShuffleUnits.length;
  const least = Math.ceil(LEAST_SIZE / factor);
  return [factor * Math.max(2, least), factor * Math.max(3, least) + 1];
}

const DOCUMENTATION: Readonly<Record<Flavour, string>> = {
  numpy: `"""Records what every layer of a ShuffleNet gives, computed in numpy from its weights: no Keras is needed.

Written by shuffleport make-reference; needs Python 3.5 or later, numpy and h5py 2.9 or later.
Float64 throughout. A second computation of the network, independent of the one that is to be checked.
"""`,
  keras: `"""Records what every layer of a ShuffleNet gives in Keras, and compares that with your own model (--model).

Written by shuffleport make-reference; needs Python 3.5 or later, Keras 2 or 3 (or TensorFlow's) and h5py.
The network is built here, with each group's slice written out, so that it does not depend on when a lambda runs.
"""`,
};

const IMPORTS: Readonly<Record<Flavour, string>> = {
  numpy: imports([]),
  keras: imports(['importlib', 'inspect', 'os']),
};

function imports(more: readonly string[]): string {
  const standard = ['argparse', 'hashlib', 'io', 'json', 're', 'struct', 'sys', 'zipfile', ...more].sort();
  return [...standard.map((name) => `import ${name}`), '', 'import h5py', 'import numpy as np'].join('\n');
}
