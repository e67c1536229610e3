// Flags that several commands share, and how their values are read.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LoadingOptions } from '../jobs/model.js';
import { KERNEL_ORDERS, type KernelOrder } from '../shufflenet/kernel-order.js';
import { NAMING_SCHEMES } from '../shufflenet/names.js';

/** The settings flags as commander hands them over. */
export interface SettingsFlags {
  readonly groups?: number;
  readonly scale?: number;
  readonly ratio?: number;
  readonly units?: number[];
  readonly classes?: number;
  /** False where --no-top is given. (`--top` of predict is another flag.) */
  readonly includeTop?: boolean;
  readonly pooling?: 'max' | 'avg' | 'none';
  readonly slices?: 'auto' | 'own' | 'last';
  readonly inputShape?: (number | null)[];
  readonly scheme?: string;
  readonly allowUnused?: string[];
  readonly map?: 'name' | 'order';
  readonly kernelOrder?: KernelOrder;
}

/** Commander would store `--no-top` and the `--top` of predict under one name. */
class NoTopOption extends Option {
  override attributeName(): string {
    return 'includeTop';
  }
}

/** Adds the flags that state what would otherwise be inferred from the file. */
export function addSettingsOptions(command: Command): Command {
  return command
    .addOption(new Option('--groups <n>', 'groups: 1, 2, 3, 4 or 8').argParser(count))
    .addOption(new Option('--scale <x>', 'scale factor, a multiple of 0.25').argParser(number))
    .addOption(new Option('--ratio <x>', 'bottleneck ratio').argParser(number))
    .addOption(new Option('--units <list>', 'units after the first of each stage: 3,7,3').argParser(counts))
    .addOption(new Option('--classes <n>', 'number of classes').argParser(count))
    .addOption(new NoTopOption('--no-top', 'leave out fc and softmax'))
    .addOption(new Option('--pooling <kind>', 'global pooling').choices(['max', 'avg', 'none']))
    .addOption(
      new Option(
        '--slices <which>',
        "which slice each group reads: last for networks trained with the article's code under TensorFlow 2 (default: auto, what the weights tell)",
      ).choices(['auto', 'own', 'last']),
    )
    .addOption(new Option('--input-shape <h,w,c>', 'height, width, channels; `?` for unknown').argParser(shape))
    .addOption(new Option('--scheme <id>', 'how layer names are written').choices(NAMING_SCHEMES.map(({ id }) => id)))
    .addOption(
      new Option('--map <how>', 'by layer name, or by order for files that lost the names').choices(['name', 'order']),
    )
    .addOption(
      new Option('--kernel-order <axes>', "axis order of convolution kernels, if not Keras's hwio").choices(
        KERNEL_ORDERS.map(({ id }) => id),
      ),
    )
    .addOption(new Option('--allow-unused <glob>', 'weights that may be left over; repeatable').argParser(collect));
}

/** The flags as job options. */
export function loadingOptions(flags: SettingsFlags): LoadingOptions {
  const { groups, scale, ratio, units, classes, pooling, slices, inputShape, scheme, allowUnused, includeTop } = flags;
  const { map, kernelOrder } = flags;
  return {
    ...(groups !== undefined && { groups }),
    ...(scale !== undefined && { scaleFactor: scale }),
    ...(ratio !== undefined && { bottleneckRatio: ratio }),
    ...(units !== undefined && { numShuffleUnits: units }),
    ...(classes !== undefined && { classes }),
    ...(includeTop === false && { includeTop }),
    ...(pooling !== undefined && { pooling: pooling === 'none' ? null : pooling }),
    ...(slices !== undefined && { slices }),
    ...(inputShape !== undefined && { inputShape }),
    ...(scheme !== undefined && { scheme }),
    ...(map !== undefined && { map }),
    ...(kernelOrder !== undefined && { kernelOrder }),
    ...(allowUnused !== undefined && { allowUnused }),
  };
}

/** A number from 0 up. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number from 0 up.');
  return value;
}

/** A whole number from 0 up. */
export function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A whole number from 1 up. */
export function positiveCount(text: string): number {
  const value = count(text);
  if (value === 0) throw new InvalidArgumentError('It must be 1 or more.');
  return value;
}

/** More threads than any machine's engine gains from: a process that starts thousands is killed, or brings others down. */
const MOST_THREADS = 256;

/** A number of threads. */
export function threadCount(text: string): number {
  const value = positiveCount(text);
  if (value > MOST_THREADS) throw new InvalidArgumentError(`It must be ${MOST_THREADS} or less.`);
  return value;
}

function counts(text: string): number[] {
  return text === '' ? [] : text.split(/[,x]/).map(count);
}

function shape(text: string): (number | null)[] {
  const dims = text.split(/[,x]/).map((dim) => (dim === '?' || dim === 'None' ? null : count(dim)));
  if (dims.length !== 3) throw new InvalidArgumentError('It must be height,width,channels, such as 224,224,3.');
  return dims;
}

function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
