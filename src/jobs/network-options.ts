// What a caller may state about a network instead of leaving it to the file; shared by every job.
import { UsageError } from '../core/errors.js';
import type { Shape } from '../network/layer.js';
import type { Overrides } from '../shufflenet/infer.js';
import { KERNEL_ORDERS, type KernelOrder, kernelLayout } from '../shufflenet/kernel-order.js';
import { NAMING_SCHEMES, type NamingScheme, namingScheme } from '../shufflenet/names.js';
import type { Pooling, Slices } from '../shufflenet/settings.js';

/** Settings stated by the caller. What is left out is inferred from the file. */
export interface NetworkOptions {
  readonly groups?: number;
  readonly scaleFactor?: number;
  readonly bottleneckRatio?: number;
  readonly numShuffleUnits?: readonly number[];
  readonly classes?: number;
  readonly includeTop?: boolean;
  /** `null`, without a top: no pooling. */
  readonly pooling?: Pooling | null;
  /** Which slice each group reads; `auto`, as when left out: what the weights tell, else its own. */
  readonly slices?: Slices | 'auto';
  /** `(height, width, channels)`, height and width possibly null. */
  readonly inputShape?: Shape;
  /** Id of a naming scheme: `article`, `underscore`, `single-underscore`, `dots`. */
  readonly scheme?: string;
  /** `order`: ignore the layers' names and go by their order within each class; for files that lost the names. */
  readonly map?: 'name' | 'order';
  /** Axis order of the file's convolution kernels: `hwio` (Keras's), `oihw`, `iohw`, `ohwi`, `hwoi`. */
  readonly kernelOrder?: KernelOrder;
}

/** The options as overrides of what is inferred; throws a `UsageError` for a scheme or kernel order that is not known. */
export function overridesOf({ scheme, kernelOrder, ...settings }: NetworkOptions): Overrides {
  const stated = Object.entries(settings).filter(
    ([key, value]) => value !== undefined && value !== 'auto' && SETTINGS.has(key),
  );
  return {
    ...Object.fromEntries(stated),
    ...(scheme !== undefined && { scheme: schemeOf(scheme) }),
    ...(kernelOrder !== undefined && { kernelOrder: kernelOrderOf(kernelOrder) }),
  };
}

// The jobs' option objects hold more than settings; only these are passed on.
const SETTINGS = new Set([
  'groups',
  'scaleFactor',
  'bottleneckRatio',
  'numShuffleUnits',
  'classes',
  'includeTop',
  'pooling',
  'slices',
  'inputShape',
  'map',
]);

function kernelOrderOf(id: string): KernelOrder {
  const layout = kernelLayout(id);
  if (layout !== undefined) return layout.id;
  throw new UsageError({
    what: 'There is no such order of kernel axes.',
    found: id,
    expected: KERNEL_ORDERS.map((known) => known.id).join(', '),
  });
}

function schemeOf(id: string): NamingScheme {
  const scheme = namingScheme(id);
  if (scheme !== undefined) return scheme;
  throw new UsageError({
    what: 'There is no such naming scheme.',
    found: id,
    expected: NAMING_SCHEMES.map((known) => known.id).join(', '),
  });
}
