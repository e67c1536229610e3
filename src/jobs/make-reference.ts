// A file of weights -> a Python script that records what every layer gives: with the user's Keras, or numpy alone.
// The script's text is in make-reference/script.ts.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';
import type { Flavour, MakeReferenceResult } from '../results/make-reference.js';
import type { Inference } from '../shufflenet/infer.js';
import type { ShuffleNetSettings } from '../shufflenet/settings.js';
import { infer, withCheckpoint } from './inference.js';
import { randomSize } from './make-reference/head.js';
import { referenceScript } from './make-reference/script.js';
import { decidedPooling, type LoadingOptions, loadWith } from './model.js';

/** What to write. */
export interface MakeReferenceOptions extends LoadingOptions {
  readonly flavour: Flavour;
}

/** A script in memory. */
export interface ReferenceScript extends Omit<MakeReferenceResult, 'output'> {
  /** The Python text. */
  readonly script: string;
}

/**
 * The script for the network in `source`, whose weights are all loaded first, so that what the script is made for is
 * whole. Throws what `loadModel` throws, and a `UsageError` for weights spread over several files.
 */
export function makeReference(source: Source, options: MakeReferenceOptions): Promise<ReferenceScript> {
  return withCheckpoint(source, async (checkpoint) => {
    checkOneFile(checkpoint, source);
    const inference = infer(checkpoint, options);
    const { settings, report } = await loadWith(inference, decidedPooling(inference), options);
    const sha256 = await sha256Of(await source.bytes());
    const notes = [...checkpoint.notes, ...inference.notes.filter(({ id }) => id !== 'lambda-layers'), ...report.notes];
    const script = referenceScript({
      flavour: options.flavour,
      fileName: baseName(source.name),
      sha256,
      settings,
      ...naming(inference, options),
      kernelOrder: options.kernelOrder ?? 'hwio',
      verifyFlags: verifyFlags(settings, options),
      notes: unique(notes),
    });
    return {
      source: { name: source.name, bytes: source.size },
      sha256,
      flavour: options.flavour,
      config: settings,
      randomInput: sizeOfInput(settings),
      script,
      notes: unique(notes),
    };
  });
}

/** One hash stands for one file. */
function checkOneFile({ container }: Checkpoint, { name }: Source): void {
  if (container !== 'keras-v3-sharded') return;
  throw new UsageError({
    what: 'The weights are spread over several files, and a script is made for one.',
    where: printable(name),
    next: 'convert them first (`shuffleport convert FILE -o weights.safetensors`), and make the script for what that wrote',
  });
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** How the file's names come from the article's; with `map: 'order'` they do not, and each is told. */
function naming(
  { layers }: Inference,
  { map }: MakeReferenceOptions,
): { prefix: string; outer: string | undefined; names: ReadonlyMap<string, string> | undefined } {
  const [first] = layers.placed.values();
  const names = map === 'order' ? new Map([...layers.placed].map(([article, { name }]) => [article, name])) : undefined;
  return { prefix: layers.fileName(''), outer: first?.outer, names };
}

/** What `verify` must be told to meet the same network: what the file leaves open, and what the caller stated. */
function verifyFlags(settings: ShuffleNetSettings, options: MakeReferenceOptions): string {
  const { pooling, slices } = settings;
  const { groups, scaleFactor, bottleneckRatio, numShuffleUnits, classes, scheme, map, kernelOrder } = options;
  const { includeTop, allowUnused = [] } = options;
  const flags: [string, string | number | undefined][] = [
    ['--pooling', pooling ?? 'none'],
    ['--slices', slices === 'last' ? slices : undefined],
    ['--groups', groups],
    ['--scale', scaleFactor],
    ['--ratio', bottleneckRatio],
    ['--units', numShuffleUnits?.join(',')],
    ['--classes', classes],
    ['--scheme', scheme],
    ['--map', map],
    ['--kernel-order', kernelOrder],
  ];
  const stated = flags.flatMap(([flag, value]) => (value === undefined ? [] : [` ${flag} ${value}`]));
  const globs = allowUnused.map((glob) => ` --allow-unused '${glob}'`);
  return [...stated, ...(includeTop === false ? [' --no-top'] : []), ...globs].join('');
}

function sizeOfInput(settings: ShuffleNetSettings): readonly [number, number, number] {
  const [height, width, channels] = settings.inputShape;
  const [randomHeight, randomWidth] = randomSize({ settings });
  return [height ?? randomHeight, width ?? randomWidth, channels!];
}

/** Notes of the file may be repeated by what read it. */
function unique<T extends { readonly id: string; readonly text: string }>(notes: readonly T[]): T[] {
  return [...new Map(notes.map((note) => [`${note.id}\n${note.text}`, note])).values()];
}
