// A Keras file as it stands: layers in model order, each weight readable on demand. Knows nothing of ShuffleNet.
// Read first in this room; open.ts decides which reader a file gets.
import type { ShuffleportError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import type { Note } from '../core/weights.js';

/** What kind of file it is, told from its bytes, never from its name. */
export type Container =
  | 'keras-hdf5-weights'
  | 'keras-hdf5-model'
  | 'keras-v3-weights'
  | 'keras-v3-zip'
  | 'keras-v3-sharded'
  | 'safetensors'
  | 'npz'
  | 'onnx'
  | 'tfjs';

/** A file of weights, opened. `close` frees what the reader holds; weights cannot be read afterwards. */
export interface Checkpoint {
  readonly container: Container;
  /** As the file states it: `2.1.6`, `2.15.0`, `3.15.1`. Absent in weights written before Keras 2.0. */
  readonly kerasVersion?: string;
  /** `tensorflow`, `theano`, … as the file states it. */
  readonly backend?: string;
  /** Whether the layers' names are the model's own; false where the format drops them (`layers/conv2d_36`). */
  readonly named?: boolean;
  /** In model order, weightless layers included where the file lists them. */
  readonly layers: readonly CheckpointLayer[];
  /** The architecture as JSON, where the file carries it. Data from a stranger: read with care, never run. */
  readonly modelConfig?: unknown;
  /** What a converted file says about itself (see src/export): settings decided at conversion. */
  readonly metadata?: unknown;
  /** What is odd about the file. */
  readonly notes: readonly Note[];
  close(): void;
}

/** One layer, under the file's own name for it. */
export interface CheckpointLayer {
  readonly name: string;
  /** Keras's class, where the file tells it apart from the name: `Conv2D`, or in snake case, `conv2d`. */
  readonly className?: string;
  readonly weights: readonly CheckpointWeight[];
}

/** One weight. Its shape and dtype are known; its values are read when asked for. */
export interface CheckpointWeight {
  /** As the file calls it: `stage2/block1/bn_gconv_1/gamma:0`. */
  readonly name: string;
  /** What the name says it is for: `kernel`, `gamma`, `moving_mean`, …; `null` when it says nothing known. */
  readonly role: string | null;
  readonly shape: readonly number[];
  /** numpy's name of the stored type: `float32`, `>f4` is `float32` too, `bfloat16`, `int64`. */
  readonly dtype: string;
  /** Why it cannot be read, where that is known without reading: missing, a link, an unsupported filter. */
  readonly fault?: ShuffleportError;
  /** The values, row-major. Throws a tagged error when they cannot be read whole. */
  read(): Promise<Tensor>;
}
