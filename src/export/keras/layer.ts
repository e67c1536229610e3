// A layer as Keras 3 has it. Read next: layers.ts.
import type { Shape } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';

/** A layer of Keras 3: its class and configuration, what it takes, and what it gives. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Whether the inputs are one argument, a list: of layers that merge. */
  readonly merges: boolean;
  /** Without the batch dimension. */
  readonly outputShape: Shape;
  /** What it is called with after the inputs: it is one of Keras's operations then, and no layer. */
  readonly operands?: readonly unknown[];
  /** In the order in which Keras stores them. */
  readonly weights: readonly NonNullable<LayerWeights[keyof LayerWeights]>[];
}

/** Shapes by layer name, and the names that Keras is given for them. */
export interface KerasNames {
  readonly shapeOf: (layer: string) => Shape;
  readonly nameOf: (layer: string) => string;
}

/** What of a layer does not follow from its name. */
export type Parts = Pick<KerasLayer, 'className' | 'config'> & Partial<KerasLayer>;

/** The layer that gives what the article's layer of this name gives. */
export function layerNamed(layer: string, inputs: readonly string[], names: KerasNames, parts: Parts): KerasLayer {
  const common = { name: names.nameOf(layer), inputs, merges: false, outputShape: names.shapeOf(layer), weights: [] };
  return { ...common, ...parts };
}
