// What `make-reference` answered, as text: where the script is and how to go on.
import { formatShape } from '../core/tensor.js';
import { printable } from '../core/text.js';
import type { MakeReferenceResult } from '../results/make-reference.js';
import { describeConfig, describeNotes } from './settings.js';

/** What was written, for which network, how to run it, and what it takes for input. */
export function makeReferenceText(result: MakeReferenceResult): string {
  const { source, flavour, output, config, randomInput, notes } = result;
  const needs = { keras: 'Keras 2 or 3, numpy and h5py', numpy: 'numpy and h5py' }[flavour];
  const own = flavour === 'keras' ? ' --model net.py:function' : '';
  return [
    `${printable(source.name)} -> ${printable(output)} (Python; needs ${needs})`,
    describeConfig(config),
    `next: python ${printable(output)} ${printable(source.name)}${own} -o reference.npz`,
    `its input: random, ${formatShape(randomInput)}; --input, --size and --batch give it others, --help shows all`,
    ...describeNotes(notes),
  ].join('\n');
}
